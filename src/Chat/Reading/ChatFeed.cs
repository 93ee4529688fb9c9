using System.Globalization;
using System.Threading.Channels;
using Twitch.Chat.Irc;

namespace Twitch.Chat.Reading;

/// <summary>What somebody said. Who said it was looked at and forgotten.</summary>
/// <param name="Time">When the server heard it.</param>
/// <param name="Text">Cleaned as the logs that a model learns from are; placeholders are the reader's to put.</param>
public readonly record struct ChatComment(DateTimeOffset Time, string Text);

/// <summary>Turns a channel's messages into comments that a model may see: bots, the bot itself, commands, bare links and
/// empty bodies are left out and counted.</summary>
/// <remarks>A bounded buffer; the oldest comments are dropped when nobody reads. Also hears the command that stops posting.</remarks>
public sealed class ChatFeed
{
    private const string Action = "\u0001ACTION ";
    private static readonly TimeSpan _clockDifference = TimeSpan.FromMinutes(10);

    private readonly CommentFilter _filter;
    private readonly ChannelName _channel;
    private readonly string? _ownLogin;
    private readonly TimeProvider _time;
    private readonly Channel<ChatComment> _comments;
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _kept, _overflowed;

    /// <summary>An empty feed.</summary>
    /// <param name="channel">The channel whose messages count.</param>
    /// <param name="ownLogin">The bot's login, whose comments are left out.</param>
    /// <param name="filter">What is left out; the usual if absent.</param>
    /// <param name="capacity">Comments kept for the reader.</param>
    /// <param name="time">The clock, for messages without a time; the system's if absent.</param>
    public ChatFeed(ChannelName channel, ChannelName? ownLogin = null, CommentFilter? filter = null, int capacity = 256, TimeProvider? time = null)
    {
        (_channel, _ownLogin, _filter, _time) = (channel, ownLogin?.Login, filter ?? new CommentFilter(), time ?? TimeProvider.System);
        _comments = System.Threading.Channels.Channel.CreateBounded<ChatComment>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _overflowed));
    }

    /// <summary>The comments, oldest first.</summary>
    public ChannelReader<ChatComment> Comments => _comments.Reader;

    /// <summary>The words by which the broadcaster or a moderator stops posting.</summary>
    public string StopCommand { get; init; } = "!stopbot";

    /// <summary>Called, with the reason, when the stop command is given.</summary>
    public Action<string>? Stopped { get; set; }

    /// <summary>Comments kept.</summary>
    public long KeptCount => Interlocked.Read(ref _kept);

    /// <summary>Comments dropped because nobody read them in time.</summary>
    public long OverflowCount => Interlocked.Read(ref _overflowed);

    /// <summary>Comments left out for a reason.</summary>
    public long DroppedCount(DropReason reason) => Interlocked.Read(ref _dropped[(int)reason]);

    /// <summary>Takes a message; those that are no comment in this channel are passed over. Never throws.</summary>
    public void Accept(IrcMessage message)
    {
        if (message.Command != "PRIVMSG" || message.Parameters.Count < 2 || !IrcLogin.IsChannel(message.Parameter(0), _channel))
            return;
        string said = message.Trailing;
        if (said.StartsWith(Action, StringComparison.Ordinal))
            said = said[Action.Length..];
        string text = CommentText.Clean(said);
        string[] badges = message.Tag("badges").Split(',');
        if (text.Equals(StopCommand, StringComparison.OrdinalIgnoreCase) && (message.Tag("mod") == "1" || badges.Any(IsInCharge)))
            Stopped?.Invoke($"{StopCommand} was given in {_channel}");

        DropReason? reason = message.Nick.Equals(_ownLogin, StringComparison.OrdinalIgnoreCase) || badges.Any(IsBot)
            ? DropReason.Bot
            : _filter.Check(message.Nick, message.Tag("display-name"), text);
        if (reason is null && Placeholders.AreAll(Placeholders.Put(text)))
            reason = DropReason.Placeholders;
        if (reason is { } dropped)
        {
            Interlocked.Increment(ref _dropped[(int)dropped]);
            return;
        }
        Interlocked.Increment(ref _kept);
        _comments.Writer.TryWrite(new(SentAt(message), text));
    }

    private static bool IsInCharge(string badge) => badge.StartsWith("broadcaster/", StringComparison.Ordinal) || badge.StartsWith("moderator/", StringComparison.Ordinal) || badge.StartsWith("lead_moderator/", StringComparison.Ordinal);

    private static bool IsBot(string badge) => badge.StartsWith("bot-badge/", StringComparison.Ordinal);

    // A time far from ours is a mistake of somebody's clock, and would put the comment outside every window.
    private DateTimeOffset SentAt(IrcMessage message)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (!long.TryParse(message.Tag("tmi-sent-ts"), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
            return now;
        double difference = milliseconds - (double)now.ToUnixTimeMilliseconds();
        return Math.Abs(difference) <= _clockDifference.TotalMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : now;
    }
}
