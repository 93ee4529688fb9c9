using System.CommandLine;
using Twitch.Live.Doctor;

namespace Twitch.Live;

/// <summary>The program <c>twitch</c> and its verbs.</summary>
public static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">Verb and options.</param>
    /// <param name="output">Receives data; flushed.</param>
    /// <param name="error">Receives progress and messages.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
        RunAsync(args, output, error, () => new StreamReader(Console.OpenStandardInput()), cancellation);

    internal static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, Func<TextReader> answers, CancellationToken cancellation)
    {
        var root = new RootCommand("Watches a stream and says what its chat would say.")
        {
            GenerateCommand.Create(),
            WatchCommand.Create(answers),
            ServeCommand.Create(),
            VerifyCommand.Create(),
            InfoCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
        };
        return CommandRunner.RunAsync(root, "twitch", args, output, error, cancellation);
    }
}
