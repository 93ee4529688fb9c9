using System.CommandLine;
using Twitch.Live;
using Twitch.Training.Chat;
using Twitch.Training.Import;

namespace Twitch.Training;

/// <summary>The program <c>twitch-train</c> and its verbs.</summary>
public static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">Verb and options.</param>
    /// <param name="output">Receives data; flushed.</param>
    /// <param name="error">Receives progress and messages.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var root = new RootCommand("Learns from recordings and their chat to write what the chat would say.")
        {
            ChatCommand.Create(),
            PrepareCommand.Create(),
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
        };
        return CommandRunner.RunAsync(root, "twitch-train", args, output, error, cancellation);
    }
}
