using System.Globalization;
using System.Text.Json;
using Twitch.Runtime;
using Twitch.Media;

namespace Twitch.Live;

/// <summary>Where what happens to a watched stream is written to.</summary>
internal abstract class WatchOutput
{
    public abstract Task WriteAsync(WatchEvent happened);

    /// <summary>Nothing follows: an unfinished line is ended.</summary>
    public virtual void End()
    {
    }
}

/// <summary>For people: a comment's words appear as they are drawn; what happens to the source goes to stderr.</summary>
internal sealed class TextWatchOutput(TextWriter output, TextWriter error, StreamSource source) : WatchOutput
{
    private bool _within;

    public override async Task WriteAsync(WatchEvent happened)
    {
        switch (happened)
        {
            case TokenDrawn token:
                await output.WriteAsync(_within ? token.Text : $"[{StreamTime.Format(token.Time)}] {token.Text}");
                _within = true;
                await output.FlushAsync();
                break;
            case CommentMade comment:
                await output.WriteLineAsync(_within ? "" : $"[{StreamTime.Format(comment.Time)}] ");
                _within = false;
                await output.FlushAsync();
                break;
            case SourceConnected { Connection: > 1 }:
                await error.WriteLineAsync($"{source}: back at {StreamTime.Format(happened.Time)}");
                break;
            case SourceLost lost:
                await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{source}: lost at {StreamTime.Format(lost.Time)}: {lost.Reason}; trying again in {lost.RetryIn.TotalSeconds:0.0} s"));
                break;
        }
    }

    public override void End()
    {
        if (!_within)
            return;
        output.WriteLine();
        output.Flush();
    }
}

/// <summary>For programs: one JSON object a line, each with its <c>event</c>.</summary>
internal sealed class JsonWatchOutput(TextWriter output, bool tokens) : WatchOutput
{
    public override async Task WriteAsync(WatchEvent happened)
    {
        double time = happened.Time.TotalSeconds;
        WatchLine? line = happened switch
        {
            TokenDrawn token => tokens ? new WatchLine("token", time) { Comment = token.CommentNumber, Text = token.Text, Token = token.Token.Id } : null,
            CommentMade made => new WatchLine("comment", time)
            {
                Comment = made.Number,
                Text = made.Comment.Text,
                Tokens = made.Comment.Tokens,
                Seed = made.Options.Seed,
                FirstTokenMs = Math.Round(made.FirstTokenAfter.TotalMilliseconds, 3),
            },
            SourceConnected connected => new WatchLine("connected", time) { Connection = connected.Connection },
            SourceLost lost => new WatchLine("lost", time) { Reason = lost.Reason, RetryS = Math.Round(lost.RetryIn.TotalSeconds, 1) },
            _ => new WatchLine("ended", time),
        };
        if (line is null)
            return;
        await output.WriteLineAsync(JsonSerializer.Serialize(line, LiveJson.Readable.WatchLine));
        await output.FlushAsync();
    }
}
