using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Twitch.Media;

/// <summary>What a program that is started has and may take.</summary>
internal sealed record ChildOptions
{
    /// <summary>It reads our stdin; otherwise it has none.</summary>
    public bool KeepsInput { get; init; }

    /// <summary>A file that is its stdin.</summary>
    public string? InputFile { get; init; }

    /// <summary>Most address space, in bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>Most processor time.</summary>
    public TimeSpan? ProcessorTime { get; init; }

    /// <summary>Largest file that it may write, in bytes.</summary>
    public long? FileSize { get; init; }

    /// <summary>Its environment is empty but for the search path: ours may hold tokens.</summary>
    public bool EmptyEnvironment { get; init; }

    /// <summary>The proxy that its environment names, with no exceptions; absent: as in ours.</summary>
    public Uri? HttpProxy { get; init; }
}

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

    /// <summary>Starts a program of the search path; its stdout and stderr are ours to read.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="options">What it has and may take; absent: no stdin, no limits.</param>
    /// <exception cref="TwitchException">It, or what limits it, is not installed.</exception>
    public static Process Start(string program, IEnumerable<string> arguments, ChildOptions? options = null)
    {
        options ??= new ChildOptions();
        if (Find(program) is null)
            throw new TwitchException($"The program '{program}' is not installed; run: apt-get install {(program == "ffprobe" ? "ffmpeg" : program)}", ExitCode.Failed);

        string[] words = [.. Before(options), program, .. arguments];    // each of them becomes the next, so it is one process in the end
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = !options.KeepsInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (options.EmptyEnvironment)
        {
            string? path = Environment.GetEnvironmentVariable("PATH");
            start.Environment.Clear();
            start.Environment["PATH"] = path;
            start.Environment["LANG"] = "C";
            start.Environment["MALLOC_ARENA_MAX"] = "2";    // an arena takes 64 MiB of address space for every thread
        }
        if (options.HttpProxy is not null)
        {
            start.Environment["http_proxy"] = options.HttpProxy.AbsoluteUri;
            start.Environment.Remove("no_proxy");
        }
        _ = Starter.Value;
        var started = new TaskCompletionSource<Process>();
        Wanted.Add((start, started));
        Process process = started.Task.GetAwaiter().GetResult();
        if (!options.KeepsInput)
            process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs a program that says little to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="options">What it has and may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Its exit status, what it wrote to stdout, and the lines that it wrote to stderr.</returns>
    /// <exception cref="TwitchException">It is not installed.</exception>
    public static async Task<(int Status, byte[] Output, string[] Errors)> RunAsync(
        string program, IEnumerable<string> arguments, ChildOptions? options = null, CancellationToken cancellation = default)
    {
        using Process process = Start(program, arguments, options);
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
            using var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
            string[] lines = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, output.ToArray(), lines);
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>Ends a program if it still runs.</summary>
    public static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)    // it has ended
        {
        }
    }

    // Programs that change what they are before they become the next.
    private static IEnumerable<string> Before(ChildOptions options)
    {
        if (Find("setsid") is not null)
            yield return "setsid";
        if (Find("setpriv") is not null)
        {
            foreach (string word in (string[])["setpriv", "--pdeathsig", "KILL", "--"])
                yield return word;
        }
        string[] limits =
        [
            .. Limit("as", options.Memory), .. Limit("fsize", options.FileSize),
            .. Limit("cpu", options.ProcessorTime is { } time ? (long)Math.Ceiling(time.TotalSeconds) : null),
        ];
        if (limits.Length > 0)
        {
            yield return Find("prlimit")
                ?? throw new TwitchException("The program 'prlimit', which limits ffmpeg, is not installed; run: apt-get install util-linux", ExitCode.Failed);
            foreach (string limit in limits)
                yield return limit;
            yield return "--core=0";
        }
        if (options.InputFile is not null)
        {
            foreach (string word in (string[])["/bin/sh", "-c", "exec 0<\"$1\" && shift && exec \"$@\"", "sh", options.InputFile])
                yield return word;
        }
    }

    private static string[] Limit(string name, long? value) => value is { } most ? [string.Create(CultureInfo.InvariantCulture, $"--{name}={most}")] : [];

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
