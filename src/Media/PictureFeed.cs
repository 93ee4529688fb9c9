using OpenCvSharp;

namespace Twitch.Media;

/// <summary>The pictures of a live source: OpenCV captures them, one a second, from the named pipe that ffmpeg writes.</summary>
/// <remarks>They have the source's own size and colours, and become frames just as those of a recording do.</remarks>
internal sealed class PictureFeed : IDisposable
{
    private static readonly int[] NoTimeouts = [53 /* CAP_PROP_OPEN_TIMEOUT_MSEC */, 0, 54 /* CAP_PROP_READ_TIMEOUT_MSEC */, 0];    // stalls are seen elsewhere
    private static readonly TimeSpan Poke = TimeSpan.FromMilliseconds(5);

    private readonly string _folder;
    private readonly FrameSpec _spec;
    private readonly int _black;
    private readonly SecondQueue _queue;
    private readonly Action<int> _came;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _held;    // the pipe has a writer, so that opening it waits for nobody
    private readonly Thread _thread;
    private long _processorTicks;

    /// <summary>Makes the pipe and waits for pictures in it.</summary>
    /// <param name="spec">Size of the frames.</param>
    /// <param name="black">Seconds before the first picture.</param>
    /// <param name="queue">Receives the frames.</param>
    /// <param name="came">Is told the second of each.</param>
    /// <exception cref="TwitchException">OpenCV is not installed, or the pipe cannot be made.</exception>
    public PictureFeed(FrameSpec spec, int black, SecondQueue queue, Action<int> came)
    {
        NativeLibraries.EnsureLoaded();    // before there is anything that would be left behind
        (_spec, _black, _queue, _came) = (spec, black, queue, came);
        (_folder, Pipe, _held) = MakePipe();
        _thread = new Thread(Run, maxStackSize: 1 << 20) { IsBackground = true, Name = "pictures" };
        _thread.Start();
    }

    /// <summary>Where ffmpeg writes YUV4MPEG2.</summary>
    public string Pipe { get; }

    /// <summary>What went wrong in it, if anything did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Processor time of capturing and resizing.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(Volatile.Read(ref _processorTicks));

    /// <summary>ffmpeg has ended: what is in the pipe is the rest.</summary>
    public void EndOfInput()
    {
        _held.Dispose();
        // If OpenCV comes to open the pipe only now, it waits for a writer; each of these is one for a moment. Once the pipe is gone, it is open or will not be.
        while (!_thread.Join(Poke))
        {
            try
            {
                File.OpenHandle(Pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                _thread.Join();    // a file's reader may take its time with what was read
            }
        }
    }

    public void Dispose()
    {
        EndOfInput();
        RemovePipe();
    }

    private static (string Folder, string Pipe, Microsoft.Win32.SafeHandles.SafeFileHandle Held) MakePipe()
    {
        string folder = "";
        try
        {
            folder = Directory.CreateTempSubdirectory("twitch-").FullName;
            string pipe = Path.Combine(folder, "pictures.y4m");
            FileSystem.MakeNamedPipe(pipe);
            return (folder, pipe, File.OpenHandle(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(folder);
            throw new TwitchException($"{Path.GetTempPath()}: a named pipe for the pictures cannot be made there: {e.Message}; make room in it, or set TMPDIR to a folder that can be written to.", ExitCode.Failed, e);
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
#pragma warning disable CA1031 // of a thread of its own: whoever reads the capture says it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
        // However it ended, ffmpeg must not wait for somebody to take more: it goes on with the sound alone.
        _held.Dispose();
        _queue.EndPictures();
    }

    private void Capture()
    {
        using var capture = new VideoCapture(Pipe, VideoCaptureAPIs.FFMPEG, NoTimeouts);
        if (!capture.IsOpened())
            return;

        using Mat picture = new(), resized = new();
        var frame = new byte[_spec.ByteCount];
        for (int second = 0; capture.Grab(); second++)
        {
            if (second == 0)
                RemovePipe();    // both ends are open: whatever becomes of us, nothing is left
            if (second >= _black && capture.Retrieve(picture) && !picture.Empty())
            {
                Cv2.Resize(picture, resized, new Size(_spec.Width, _spec.Height), interpolation: InterpolationFlags.Area);
                using Mat target = Mat.FromPixelData(_spec.Height, _spec.Width, MatType.CV_8UC3, frame);
                Cv2.CvtColor(resized, target, ColorConversionCodes.BGR2RGB);
            }
            Volatile.Write(ref _processorTicks, ThreadClock.Now.Ticks);
            _came(second);
            if (!_queue.AddPicture(frame))
                return;
        }
    }

    private void RemovePipe() => Remove(_folder);
}
