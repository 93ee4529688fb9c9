using System.Threading.Channels;

namespace Twitch.Live.Tests;

/// <summary>Lines that a command writes, to be waited for.</summary>
internal sealed class SaidLines : StringWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <summary>All of them so far.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Whether a line so far begins so.</summary>
    public bool Any(string beginning)
    {
        lock (Lines)
            return Lines.Exists(line => line.StartsWith(beginning, StringComparison.Ordinal));
    }

    /// <summary>The next line that begins so.</summary>
    public async Task<string> UntilAsync(string beginning)
    {
        await foreach (string line in _lines.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"nothing began with '{beginning}'");
    }

    public override void WriteLine(string? value)
    {
        lock (Lines)
            Lines.Add(value ?? "");
        _lines.Writer.TryWrite(value ?? "");
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
