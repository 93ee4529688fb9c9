using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Twitch.Media.Uploads;

/// <summary>Runs ffmpeg or ffprobe over a clip that nobody vouches for.</summary>
/// <remarks>
/// The clip is the program's stdin, the only thing it can read: of ffmpeg's protocols it has <c>pipe</c>, and <c>cache</c> around it, which
/// keeps what went by in an unlinked temporary file so that an MP4 with its index at the end can be sought in. The reader is
/// given, not guessed, and is the only one it may use; so are a few well-kept decoders. Address space, processor time and file size are
/// limited by the system, which ends what exceeds them. The environment is empty.
/// </remarks>
internal sealed class ConfinedProgram
{
    // Limits that the shell sets on itself stay with what it becomes.
    private const string Script = "ulimit -c 0 && ulimit -v \"$1\" && ulimit -t \"$2\" && ulimit -f \"$3\" && exec 0<\"$4\" && shift 4 && exec \"$@\"";
    private const string Decoders =
        "h264,hevc,av1,libdav1d,vp8,vp9,libvpx,libvpx-vp9,mpeg1video,mpeg2video,mpeg4,mjpeg,flv,h263,theora,prores,ffv1,rawvideo,wmv2,msmpeg4v3,"
        + "aac,aac_latm,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,flac,alac,ac3,eac3,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw,adpcm_ms";

    private readonly string _clip, _demuxer;
    private readonly long _bytes;
    private readonly UploadLimits _limits;

    public ConfinedProgram(string clip, ClipContainer container, UploadLimits limits) =>
        (_clip, _demuxer, _bytes, _limits) = (Path.GetFullPath(clip), container.Demuxer, new FileInfo(clip).Length, limits);

    /// <summary>Names the clip as the input, with all that confines it.</summary>
    public IEnumerable<string> Input =>
    [
        "-protocol_whitelist", "cache,pipe", "-format_whitelist", _demuxer, "-codec_whitelist", Decoders, "-f", _demuxer,
        "-read_ahead_limit", "-1", "-i", "cache:pipe:0",
    ];

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">ffmpeg or ffprobe.</param>
    /// <param name="arguments">With <see cref="Input"/> among them.</param>
    /// <param name="read">Takes what it writes to stdout; when it returns, the program is ended if it still runs.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <returns>Whether it ended well, and its first complaint.</returns>
    /// <exception cref="ClipRefusedException">It took too long.</exception>
    /// <exception cref="TwitchException">It is not installed.</exception>
    public async Task<(bool Done, string Complaint)> RunAsync(string program, IEnumerable<string> arguments, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(_limits.Time);
        using Process process = Start(program, arguments);
        Task<string> complaint = FirstComplaintAsync(process.StandardError);
        try
        {
            await read(process.StandardOutput.BaseStream, time.Token);
            await process.WaitForExitAsync(time.Token);
            if (await complaint is var said && said.StartsWith("sh: ", StringComparison.Ordinal))
                throw new TwitchException($"the program '{program}' cannot be started ({said}); run: apt-get install ffmpeg", ExitCode.Failed);
            return (process.ExitCode == 0, said);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ClipRefusedException(string.Create(CultureInfo.InvariantCulture, $"decoding the clip took longer than {_limits.Time.TotalSeconds} s; give a shorter or a smaller one."));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", Script, "sh", Number(_limits.MemoryBytes / 1024), Number((long)Math.Ceiling(_limits.Time.TotalSeconds) * 2), Number(_bytes / 512 + 2048), _clip,
            program, .. arguments,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(_clip)!,
        };
        string? path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();    // tokens among them
        start.Environment["PATH"] = path;
        start.Environment["LANG"] = "C";
        start.Environment["MALLOC_ARENA_MAX"] = "2";    // an arena takes 64 MiB of address space for every thread
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new TwitchException($"the system's shell /bin/sh cannot be started: {e.Message}", ExitCode.Failed, e);
        }
    }

    // The rest is read and forgotten: a full pipe would stop the program.
    private static async Task<string> FirstComplaintAsync(StreamReader errors)
    {
        string first = "";
        while (await errors.ReadLineAsync() is { } line)
        {
            if (first.Length == 0 && !FfmpegProgram.IsOfOurOwn(line) && !line.Contains("Inner protocol failed to seekback", StringComparison.Ordinal))    // cache says so of every pipe
                first = FfmpegProgram.WithoutAddress(line.Trim());
        }
        return first;
    }
}
