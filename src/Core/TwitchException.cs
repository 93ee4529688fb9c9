namespace Twitch;

/// <summary>What a command tells its caller when it ends.</summary>
public enum ExitCode
{
    /// <summary>Everything that was asked for is done.</summary>
    Done = 0,

    /// <summary>Something failed that is neither the user's command line nor the user's files.</summary>
    Failed = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>A recording, a chat log, a checkpoint or a bundle cannot be used.</summary>
    BadInput = 3,

    /// <summary>A live source ended or could not be reached.</summary>
    SourceLost = 4,

    /// <summary>Ctrl-C or SIGTERM; what was made so far is kept.</summary>
    Interrupted = 130,
}

/// <summary>An error a person can act on: its message says where, what was found, what was needed and what to do.</summary>
/// <remarks>Commands print the message as one line on stderr and exit with <see cref="ExitCode"/>; any other exception is a bug.</remarks>
public sealed class TwitchException(string message, ExitCode exitCode = ExitCode.BadInput, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The exit code of the command that failed with this error.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
