using System.Threading.Channels;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests;

/// <summary>A source that does what the test says.</summary>
internal sealed class ScriptedFeed(SamplingOptions sampling) : ISessionFeed
{
    private readonly Channel<WatchEvent> _events = Channel.CreateUnbounded<WatchEvent>();
    private long _comments;

    public SamplingOptions Sampling { get; set; } = sampling;

    public WatchStatistics Statistics { get; set; } = new(true, TimeSpan.FromSeconds(10), 10, 1, 2, 0, 0, 0, null, null, default, new WatchWork(default, default, default, default, default));

    public ClipContext? LastClip { get; set; }

    public RecordedWindow? Window { get; set; }

    public RecordedWindow? CopyWindow() => Window;

    public IAsyncEnumerable<WatchEvent> RunAsync(CancellationToken cancellation) => _events.Reader.ReadAllAsync(cancellation);

    public void Connect() => _events.Writer.TryWrite(new SourceConnected(TimeSpan.Zero, 1));

    public void Lose(string reason) => _events.Writer.TryWrite(new SourceLost(TimeSpan.FromSeconds(3), reason, TimeSpan.FromSeconds(1)));

    public void End() => _events.Writer.Complete();

    public void Fail(Exception e) => _events.Writer.Complete(e);

    /// <summary>A comment of these words, token by token.</summary>
    public void Say(params string[] words)
    {
        long number = ++_comments;
        TimeSpan time = TimeSpan.FromSeconds(10 * number);
        for (int i = 0; i < words.Length; i++)
            _events.Writer.TryWrite(new TokenDrawn(time, number, new Token(4 + i, -1), i == 0 ? words[i] : " " + words[i]));
        _events.Writer.TryWrite(new CommentMade(
            time, number, new Comment(string.Join(' ', words), [.. words.Select((_, i) => 4 + i)], [.. words.Select(_ => -1f)]), Sampling with { Seed = ulong.MaxValue }, TimeSpan.FromMilliseconds(3)));
    }
}
