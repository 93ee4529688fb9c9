using System.CommandLine;

namespace Twitch.Live;

/// <summary>The program <c>twitch</c>: its verbs, and how every one of them ends.</summary>
public static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">Verb and options.</param>
    /// <param name="output">Receives data; flushed.</param>
    /// <param name="error">Receives progress and messages.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var root = new RootCommand("Watches a stream and says what its chat would say.")
        {
            GenerateCommand.Create(),
            VerifyCommand.Create(),
            InfoCommand.Create(),
        };

        try
        {
            ParseResult parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
                return Misused(parsed, error);
            int exitCode = await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,    // the caller's token is Ctrl-C
            }, cancellation);
            await output.FlushAsync(CancellationToken.None);
            return exitCode;
        }
        catch (TwitchException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (BrokenPipeException)
        {
            return (int)ExitCode.Done;    // who read us has read enough
        }
#pragma warning disable CA1031 // whatever is left is a bug, and its trace is what a report of it needs
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Fail($"a bug in twitch, please report it: {e}", ExitCode.Failed);
        }

        int Fail(string message, ExitCode exitCode)
        {
            try
            {
                output.Flush();    // what was said before the error
            }
            catch (BrokenPipeException)
            {
            }
            error.WriteLine($"error: {message}");
            return (int)exitCode;
        }
    }

    private static string OneLine(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static int Misused(ParseResult parsed, TextWriter error)
    {
        bool unknownVerb = parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count > 0;
        error.WriteLine($"error: {(unknownVerb ? $"there is no verb '{parsed.UnmatchedTokens[0]}'." : OneLine(parsed.Errors[0].Message))}");
        string verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        error.WriteLine($"'twitch{verb} --help' lists what can be given.");
        return (int)ExitCode.Usage;
    }
}
