using System.CommandLine;
using System.CommandLine.Parsing;
using Twitch.Chat;
using Twitch.Chat.Helix;
using Twitch.Chat.Irc;
using Twitch.Chat.Reading;

namespace Twitch.Live;

/// <summary>The options of posting to Twitch chat. Off unless <c>--post</c> is given, and then a dry run unless <c>--post-for-real</c> is given too.</summary>
/// <param name="approval">What <c>--post-approve</c> does for the verb.</param>
/// <param name="reads">Whether the verb has one model that can be shown what a channel says.</param>
internal sealed class PostArguments(string approval, bool reads = true) : IVerbArguments
{
    private const string Irc = "irc", WebSocket = "websocket", Helix = "helix";
    private static readonly PostOptions _defaults = new();

    private readonly Option<ChannelName?> _channel = Channel("--post", "Say which comments would be posted to this Twitch channel; with --post-for-real, post them.");
    private readonly Option<bool> _forReal = new("--post-for-real") { Description = "Post, marked as a bot." };
    private readonly Option<string> _via = new Option<string>("--post-via") { Description = "How: Twitch's IRC over TLS, the same over a WebSocket, or its HTTP API.", DefaultValueFactory = _ => Irc }
        .AcceptOnlyFromAmong(Irc, WebSocket, Helix);

    private readonly Option<ChannelName?> _login = Channel("--post-as", "Login of the bot's account, whose token it is.");
    private readonly Option<string?> _tokenFile = new("--post-token-file") { Description = $"File of mode 0600 that holds the token; else the environment variable {TokenSource.Variable} does.", HelpName = "file" };
    private readonly Option<Uri?> _server = new("--post-server") { Description = "Another server than Twitch's, to try it out: irc://localhost:6667.", HelpName = "url", CustomParser = ParseUri };
    private readonly Option<string> _mark = new("--post-mark") { Description = "Stands before every post; empty where Twitch shows its chat bot badge.", DefaultValueFactory = _ => _defaults.Mark, HelpName = "text" };
    private readonly Option<int> _margin = new("--post-margin") { Description = $"Posts below Twitch's limit of {PostOptions.TwitchLimit} in 30 s.", DefaultValueFactory = _ => _defaults.Margin, HelpName = "n" };
    private readonly Option<double> _lifetime = new("--post-within") { Description = "A comment older than this is not posted.", DefaultValueFactory = _ => _defaults.Lifetime.TotalSeconds, HelpName = "seconds" };
    private readonly Option<ChannelName?> _read = Channel("--read-chat", "The model sees what is said in this Twitch channel; needs no login.");

    private TokenSource? _token;    // the environment gives it once

    /// <summary>Whether a person approves each comment.</summary>
    public Option<bool> Approve { get; } = new("--post-approve") { Description = approval };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_channel, _forReal, _via, _login, _tokenFile, _server, _mark, _margin, _lifetime, Approve])
            command.Add(option);
        if (reads)
            command.Add(_read);
        command.Validators.Add(Validate);
    }

    /// <summary>Connects as the options say.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="say">Receives a dry run's posts, and lines about lost connections and refused posts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What comments are offered to; neither posts nor reads if no option asked for it.</returns>
    public async Task<ChatLink> OpenAsync(ParseResult parsed, Action<string> say, CancellationToken cancellation)
    {
        ChannelName? channel = parsed.GetValue(_channel), login = parsed.GetValue(_login), read = parsed.GetValue(_read);
        bool forReal = parsed.GetValue(_forReal);
        string via = parsed.GetRequiredValue(_via);
        // Posting for real also listens in the channel that is posted to, for the words that stop it; whoever is in charge of another channel is not in charge here.
        ChatFeed? heard = read is null ? null : new ChatFeed(read, login);
        ChatFeed? own = channel is null ? null : channel == read ? heard : forReal ? new ChatFeed(channel, login) : null;
        bool sameConnection = forReal && via != Helix;
        List<IrcClient> readers = [];
        ChatPoster? poster = null;
        try
        {
            if (forReal && sameConnection && parsed.GetValue(_server) is null)
                await TokenCheck.ForIrcAsync(new HelixOptions { Token = Token(parsed) }, login!, say, null, cancellation);
            if (own is not null && forReal && via == Helix)
            {
                if (await ListenerAsync(parsed, channel!, own, say, cancellation) is { } listener)
                    readers.Add(listener);
            }
            else if (own is not null && !sameConnection)
                readers.Add(Reader(channel!, own));
            if (heard is not null && heard != own)
                readers.Add(Reader(read!, heard));
            if (channel is not null)
                poster = new(Sink(parsed, channel, login, sameConnection ? own : null, say), Options(parsed), outcome => Tell(outcome, say)) { Failed = reason => say($"error: nothing is posted any more: {reason}") };
            var link = new ChatLink(poster, own, heard, readers, say);
            await link.OpenAsync(cancellation);
            return link;
        }
        catch
        {
            if (poster is not null)
                await poster.DisposeAsync();
            foreach (IrcClient reader in readers)
                await reader.DisposeAsync();
            throw;
        }

        IrcClient Reader(ChannelName of, ChatFeed feed) => new(new IrcOptions { Server = ReadingServer(parsed) }, of, feed.Accept, say);
    }

    // Posting by HTTPS needs no IRC: where it cannot be reached, or another server stands in for Twitch, nobody listens for the words that stop the posting.
    private async Task<IrcClient?> ListenerAsync(ParseResult parsed, ChannelName channel, ChatFeed feed, Action<string> say, CancellationToken cancellation)
    {
        string why = "--post-server names another server than Twitch's";
        if (parsed.GetValue(_server) is null)
        {
            var client = new IrcClient(new IrcOptions { Server = IrcOptions.TwitchWebSocket, FirstAttempts = 1 }, channel, feed.Accept, say);
            try
            {
                await client.OpenAsync(cancellation);
                return client;
            }
            catch (TwitchException e)
            {
                await client.DisposeAsync();
                why = e.Message;
            }
        }
        say($"note: nobody listens in {channel}, so {feed.StopCommand} does not stop the posting there; kill -USR1 {Environment.ProcessId} does ({why.TrimEnd('.')}).");
        return null;
    }

    private TokenSource Token(ParseResult parsed) => _token ??= parsed.GetValue(_tokenFile) is string path ? TokenSource.FromFile(path) : TokenSource.FromEnvironment();

    private IChatSink Sink(ParseResult parsed, ChannelName channel, ChannelName? login, ChatFeed? feed, Action<string> say)
    {
        if (!parsed.GetValue(_forReal))
            return new DryRunSink(channel, say);
        TokenSource token = Token(parsed);
        Uri? server = parsed.GetValue(_server);
        if (parsed.GetRequiredValue(_via) == Helix)
        {
            var options = new HelixOptions { Token = token, Sender = login };
            return new HelixSink(server is null ? options : options with { Api = new(server, "/helix/"), Validation = new(server, "/oauth2/validate") }, channel, say);
        }
        return new IrcSink(new IrcOptions { Server = server ?? TwitchServer(parsed), Nick = login, Token = token }, channel, feed is null ? null : feed.Accept, say);
    }

    private PostOptions Options(ParseResult parsed) => new PostOptions
    {
        Mark = parsed.GetRequiredValue(_mark),
        Margin = parsed.GetValue(_margin),
        Lifetime = parsed.GetValue(_lifetime) is >= 0 and <= 1e6 and double seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue,    // refused below
        Approval = parsed.GetValue(Approve) ? ApprovalMode.Manual : ApprovalMode.Auto,
    }.Validate();

    // Where posts go by HTTPS, what is read comes over its port too.
    private Uri TwitchServer(ParseResult parsed) => parsed.GetRequiredValue(_via) is WebSocket or Helix ? IrcOptions.TwitchWebSocket : IrcOptions.TwitchTls;

    private Uri ReadingServer(ParseResult parsed) => parsed.GetRequiredValue(_via) != Helix && parsed.GetValue(_server) is Uri server ? server : TwitchServer(parsed);

    private static void Tell(PostOutcome outcome, Action<string> say)
    {
        if (outcome.Decision is PostDecision.Refused or PostDecision.RateLimited or PostDecision.Failed)
            say($"not posted: {outcome.Detail}");
    }

    private void Validate(CommandResult result)
    {
        bool post = result.GetResult(_channel) is { Implicit: false }, forReal = result.GetResult(_forReal) is { Implicit: false };
        if (!post && ((Option[])[_forReal, _via, _login, _tokenFile, _mark, _margin, _lifetime, Approve]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } lonely)
            result.AddError($"{lonely.Name} needs --post, which names the channel.");
        else if (forReal && result.GetResult(_login) is not { Implicit: false } && result.GetResult(_via) is not { Implicit: false, Tokens: [{ Value: Helix }] })
            result.AddError("--post-for-real needs --post-as, the login of the bot's account.");
    }

    private static Option<ChannelName?> Channel(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "channel",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (ChannelName.TryParse(text) is { } channel)
                return channel;
            result.AddError($"{name} is '{CommentText.Clean(text)}'; it must be a Twitch login: 1 to 25 letters, digits and underscores.");
            return null;
        },
    };

    private static Uri? ParseUri(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[^1].Value, UriKind.Absolute, out Uri? uri))
            return uri;
        result.AddError($"--post-server is '{CommentText.Clean(result.Tokens[^1].Value)}'; it must be an address such as irc://localhost:6667.");
        return null;
    }
}
