namespace Twitch.Training;

/// <summary>Seconds of a command line as a time.</summary>
internal static class SecondsArgument
{
    private const double Most = 1e9;    // 31 years; a TimeSpan holds more, but not everything that a number can say

    /// <summary>The time.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="seconds">Its value.</param>
    /// <exception cref="TwitchException">It is no number, or beyond 31 years (exit code 2).</exception>
    public static TimeSpan Of(string option, double seconds) => Math.Abs(seconds) <= Most
        ? TimeSpan.FromSeconds(seconds)
        : throw new TwitchException($"{option} is {seconds}; it must be a number of seconds within ±1e9.", ExitCode.Usage);
}
