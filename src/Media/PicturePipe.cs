using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using OpenCvSharp;

namespace Twitch.Media;

/// <summary>The pictures of a source: OpenCV captures them from the named pipe into which ffmpeg writes them, small already.</summary>
internal sealed class PicturePipe : IDisposable
{
    private const int MostWaiting = 16;
    private static readonly int[] NoTimeouts = [53 /* CAP_PROP_OPEN_TIMEOUT_MSEC */, 0, 54 /* CAP_PROP_READ_TIMEOUT_MSEC */, 0];    // stalls are seen elsewhere
    private static readonly TimeSpan Poke = TimeSpan.FromMilliseconds(5);

    private readonly string _folder;
    private readonly FrameSpec _spec;
    private readonly SafeFileHandle _held;        // the pipe has a writer, so that opening it waits for nobody
    private readonly SafeFileHandle _reader;      // and a reader, so that what is in it stays until OpenCV comes
    private readonly BlockingCollection<byte[]> _pictures = new(MostWaiting);
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly Thread _thread;
    private long _processorTicks;

    /// <summary>Makes the pipe and waits for pictures in it.</summary>
    /// <param name="spec">Size of the pictures.</param>
    /// <exception cref="TwitchException">OpenCV is not installed, or the pipe cannot be made.</exception>
    public PicturePipe(FrameSpec spec)
    {
        NativeLibraries.EnsureLoaded();    // before there is anything that would be left behind
        _spec = spec;
        (_folder, Path, _held, _reader) = MakePipe();
        _thread = new Thread(Run, maxStackSize: 1 << 20) { IsBackground = true, Name = "pictures" };
        _thread.Start();
    }

    /// <summary>Where ffmpeg writes YUV4MPEG2.</summary>
    public string Path { get; }

    /// <summary>What went wrong in it, if anything did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Processor time of capturing.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(Volatile.Read(ref _processorTicks));

    /// <summary>Gives the next picture; waits for it.</summary>
    /// <returns>Pixels, [height, width, 3] RGB, to be given back with <see cref="Recycle"/>; null if there are no more.</returns>
    public byte[]? Read()
    {
        try
        {
            return _pictures.TryTake(out byte[]? picture, Timeout.Infinite, _closed.Token) ? picture : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A picture's memory may be used again.</summary>
    public void Recycle(byte[] picture) => _free.Add(picture);

    /// <summary>Nobody takes more pictures.</summary>
    public void Stop() => _closed.Cancel();

    /// <summary>ffmpeg has ended: what is in the pipe is the rest.</summary>
    public void EndOfInput()
    {
        _held.Dispose();
        // If OpenCV comes to open the pipe only now, it waits for a writer; each of these is one for a moment. Once the pipe is gone, it is open or will not be.
        while (!_thread.Join(Poke))
        {
            try
            {
                File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                _thread.Join();    // its reader may take its time with what was captured
            }
        }
    }

    /// <summary>Captures no more and takes the pipe away. ffmpeg must have ended, and nobody reads.</summary>
    public void Dispose()
    {
        Stop();
        EndOfInput();
        RemovePipe();
        _closed.Dispose();
        _pictures.Dispose();
    }

    private static (string Folder, string Pipe, SafeFileHandle Held, SafeFileHandle Reader) MakePipe()
    {
        string folder = "";
        try
        {
            folder = Directory.CreateTempSubdirectory("twitch-").FullName;
            string pipe = System.IO.Path.Combine(folder, "pictures.y4m");
            FileSystem.MakeNamedPipe(pipe);
            SafeFileHandle held = File.OpenHandle(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return (folder, pipe, held, File.OpenHandle(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(folder);
            throw new TwitchException($"{System.IO.Path.GetTempPath()}: a named pipe for the pictures cannot be made there: {e.Message}; make room in it, or set TMPDIR to a folder that can be written to.", ExitCode.Failed, e);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private void Run()
    {
        try
        {
            try
            {
                Capture();
            }
            finally
            {
                RemovePipe();    // before its last reader goes: whoever opened it then would wait
            }
        }
        catch (OperationCanceledException)
        {
            // nobody wants more
        }
#pragma warning disable CA1031 // of a thread of its own: whoever reads says it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
        _pictures.CompleteAdding();
        if (Failure is not null)
            Drain();
        _held.Dispose();
        _reader.Dispose();
    }

    // However it ended, ffmpeg must not wait for somebody to take more: it goes on with the sound alone.
    private void Drain()
    {
        try
        {
            _held.Dispose();
            using var pipe = new FileStream(_reader, FileAccess.Read, bufferSize: 0);
            pipe.CopyTo(Stream.Null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // ffmpeg has ended
        }
    }

    private void Capture()
    {
        using var capture = new VideoCapture(Path, VideoCaptureAPIs.FFMPEG, NoTimeouts);
        if (!capture.IsOpened())
            return;

        using var picture = new Mat();
        bool first = true;
        while (capture.Read(picture))
        {
            if (first)
                RemovePipe();    // both ends are open: whatever becomes of us, nothing is left
            first = false;
            if (picture.Width != _spec.Width || picture.Height != _spec.Height)
                throw new InvalidOperationException($"ffmpeg gave a picture of {picture.Width}x{picture.Height}; {_spec.Width}x{_spec.Height} was asked for.");
            byte[] pixels = _free.TryTake(out byte[]? free) ? free : new byte[_spec.ByteCount];
            using (Mat target = Mat.FromPixelData(_spec.Height, _spec.Width, MatType.CV_8UC3, pixels))
                Cv2.CvtColor(picture, target, ColorConversionCodes.BGR2RGB);
            Volatile.Write(ref _processorTicks, ThreadClock.Now.Ticks);
            _pictures.Add(pixels, _closed.Token);
        }
    }

    private void RemovePipe() => Remove(_folder);
}
