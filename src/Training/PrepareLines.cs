using System.Diagnostics;
using System.Globalization;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary>Says every few seconds how far a recording is prepared; a short one needs no word.</summary>
/// <param name="output">Receives the lines.</param>
/// <param name="name">Stands before each of them.</param>
internal sealed class PrepareLines(TextWriter output, string name = "") : IProgress<PrepareProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _since = Stopwatch.StartNew();

    /// <inheritdoc/>
    public void Report(PrepareProgress value)
    {
        if (_since.Elapsed < Interval)
            return;
        _since.Restart();
        string length = value.Length is TimeSpan whole ? $" of {StreamTime.Format(whole)}" : "";
        string left = value.Length - value.Done is { } rest && rest > TimeSpan.Zero && value.MinutesPerSecond > 0
            ? $", {StreamTime.Format(TimeSpan.FromSeconds(Math.Ceiling(rest.TotalMinutes / value.MinutesPerSecond)))} left" : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name}prepared {StreamTime.Format(value.Done)}{length}, {value.MinutesPerSecond:0.0} minutes of stream per second{left}"));
    }
}
