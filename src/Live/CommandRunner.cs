using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;

namespace Twitch.Live;

/// <summary>How the commands of both programs run and end: exit codes, one-line errors, Ctrl-C and closed pipes.</summary>
public static class CommandRunner
{
    /// <summary>Runs a program's own command line: data to stdout, messages to stderr, Ctrl-C and SIGTERM stop it in good order.</summary>
    /// <param name="run">Runs the arguments.</param>
    public static async Task<int> RunProgramAsync(Func<TextWriter, TextWriter, CancellationToken, Task<int>> run)
    {
        using var interrupted = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var output = new StreamWriter(new StandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return await run(output, Console.Error, interrupted.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;    // the command stops at the next moment when nothing is lost, and says 130
            interrupted.Cancel();
        }
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="root">The program's verbs.</param>
    /// <param name="program">Name of the program.</param>
    /// <param name="args">Verb and options.</param>
    /// <param name="output">Receives data; flushed.</param>
    /// <param name="error">Receives progress and messages.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RootCommand root, string program, IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            ParseResult parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
                return Misused(parsed, program, error);
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
            return Fail($"a bug in {program}, please report it: {e}", ExitCode.Failed);
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

    private static int Misused(ParseResult parsed, string program, TextWriter error)
    {
        bool unknownVerb = parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count > 0;
        error.WriteLine($"error: {(unknownVerb ? $"there is no verb '{parsed.UnmatchedTokens[0]}'." : OneLine(parsed.Errors[0].Message))}");
        string verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        error.WriteLine($"'{program}{verb} --help' lists what can be given.");
        return (int)ExitCode.Usage;
    }
}
