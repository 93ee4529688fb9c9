using System.Collections.Concurrent;
using System.Diagnostics;

namespace Twitch.Media;

/// <summary>Starts programs that do not outlive us, whatever ends us, and that a Ctrl-C on our terminal does not reach.</summary>
/// <remarks>The kernel sends a child its death signal when the <em>thread</em> that started it ends, so all are started by one thread that lives
/// as long as the process.</remarks>
internal static class ChildProcess
{
    private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> Wanted = [];
    private static readonly Lazy<Thread> Starter = new(() =>
    {
        var thread = new Thread(StartWanted, maxStackSize: 256 << 10) { IsBackground = true, Name = "starts programs" };
        thread.Start();
        return thread;
    });

    /// <summary>Starts a program of the search path.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="keepInput">It reads our stdin; otherwise it has none.</param>
    /// <param name="memory">Address space that it may take, in bytes; absent: no limit.</param>
    /// <param name="httpProxy">The proxy that its environment names, with no exceptions; absent: as in ours.</param>
    /// <exception cref="TwitchException">It, or what limits it, is not installed.</exception>
    public static Process Start(string program, IEnumerable<string> arguments, bool keepInput = false, long? memory = null, Uri? httpProxy = null)
    {
        if (Find(program) is null)
            throw new TwitchException($"The program '{program}' is not installed; run: apt-get install {program}", ExitCode.Failed);

        var words = new List<string>();
        if (Find("setsid") is not null)
            words.Add("setsid");
        if (Find("setpriv") is not null)
            words.AddRange(["setpriv", "--pdeathsig", "KILL", "--"]);
        if (memory is { } limit)
            words.AddRange([Find("prlimit") ?? throw new TwitchException("The program 'prlimit', which limits ffmpeg's memory, is not installed; run: apt-get install util-linux", ExitCode.Failed), $"--as={limit}"]);
        words.AddRange([program, .. arguments]);    // each of them becomes the next, so it is one process in the end

        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = !keepInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (httpProxy is not null)
        {
            start.Environment["http_proxy"] = httpProxy.AbsoluteUri;
            start.Environment.Remove("no_proxy");
        }
        _ = Starter.Value;
        var started = new TaskCompletionSource<Process>();
        Wanted.Add((start, started));
        Process process = started.Task.GetAwaiter().GetResult();
        if (!keepInput)
            process.StandardInput.Close();
        return process;
    }

    private static void StartWanted()
    {
        foreach ((ProcessStartInfo start, TaskCompletionSource<Process> started) in Wanted.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
#pragma warning disable CA1031 // it is the caller's
            catch (Exception e)
#pragma warning restore CA1031
            {
                started.SetException(new TwitchException($"The program '{start.FileName}' cannot be started: {e.Message}", ExitCode.Failed, e));
            }
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
