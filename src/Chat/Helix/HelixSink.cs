using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Twitch.Chat.Helix;

/// <summary>Posts with <c>POST /helix/chat/messages</c>.</summary>
/// <remarks>With an app access token Twitch shows the Chat Bot badge, if the bot's account granted <c>user:bot</c> to the app, and the channel
/// granted it <c>channel:bot</c> or made the bot a moderator, and the bot is not the broadcaster itself.</remarks>
public sealed class HelixSink : IChatSink
{
    private const string WriteScope = "user:write:chat";
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1), _usualPause = TimeSpan.FromSeconds(30), _longestPause = TimeSpan.FromMinutes(5);

    private readonly HelixOptions _options;
    private readonly ChannelName _channel;
    private readonly TimeProvider _time;
    private readonly HelixApi _api;
    private readonly Action<string>? _report;
    private AccessToken _token;
    private string _clientId = "", _broadcasterId = "", _senderId = "";
    private long _validatedAt;

    /// <summary>Nothing happens before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">The API and who speaks.</param>
    /// <param name="channel">Where posts go.</param>
    /// <param name="report">Receives a line when the token will not last.</param>
    /// <param name="time">The clock; the system's if absent.</param>
    /// <exception cref="TwitchException">An address would send the token in the clear, or the token cannot be read.</exception>
    public HelixSink(HelixOptions options, ChannelName channel, Action<string>? report = null, TimeProvider? time = null)
    {
        foreach (Uri uri in (Uri[])[options.Api, options.Validation])
        {
            if (!uri.IsAbsoluteUri || uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
                throw new TwitchException($"{uri}: the token would be sent in the clear; use https://, or a server on this machine.", ExitCode.Usage);
        }
        (_options, _channel, _report, _time) = (options, channel, report, time ?? TimeProvider.System);
        _api = new(options.RequestTimeout, _time);
        _token = options.Token.Read();
    }

    /// <inheritdoc/>
    public string Description => $"{_channel}{(_options.Sender is { } sender ? $" as {sender.Login}" : "")} through {_options.Api.Host}";

    /// <inheritdoc/>
    public bool ShowsBotBadge { get; private set; }

    /// <summary>Finds out whose the token is and who is meant, and checks that it may speak.</summary>
    /// <exception cref="TwitchException">The token, the bot or the channel cannot be used, or Twitch cannot be reached.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        TokenOwner owner = await ValidateAsync(cancellation);
        if (owner.UserId is not null && owner.Scopes?.Contains(WriteScope) != true)
            throw TokenCheck.Lacks(WriteScope);
        if (owner.UserId is null && _options.Sender is null)
            throw Wrong("an app access token does not say who speaks; name the bot's login.");
        if (_options.Sender is { } named)
            TokenCheck.CheckLogin(owner, named);
        if (TokenCheck.Expiry(owner, _options.Token, _time) is { } expiry)
            _report?.Invoke(expiry);

        string query = $"users?login={_channel.Login}{(owner.UserId is null ? $"&login={_options.Sender!.Login}" : "")}";
        HelixAnswer<HelixUsers> users = await _api.RequestAsync(
            HttpMethod.Get, new(_options.Api, query), "Bearer", _token, _clientId, null, HelixJson.Default.HelixUsers, cancellation);
        if (users.Value is null)
            throw Unreachable(users.Error);
        _broadcasterId = IdOf(users.Value, _channel);
        _senderId = owner.UserId ?? IdOf(users.Value, _options.Sender!);
        ShowsBotBadge = owner.UserId is null && _senderId != _broadcasterId;
    }

    /// <inheritdoc/>
    public async Task<SendResult> SendAsync(PostText text, CancellationToken cancellation)
    {
        if (_time.GetElapsedTime(_validatedAt) >= _options.ValidationInterval)
            await RenewAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        HelixAnswer<ChatMessageAnswers> answer = await PostAsync(text);
        if (answer.Status == HttpStatusCode.Unauthorized && await RenewAsync(cancellation))
            answer = await PostAsync(text);    // a 401 said nothing, so this is no second post

        return answer switch
        {
            { Value.Data: [{ IsSent: true }, ..] } => new(SendStatus.Sent),
            { Value.Data: [{ DropReason: var dropped }, ..] } => Dropped(dropped),
            { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(SendStatus.Forbidden, answer.Error),
            { Status: HttpStatusCode.TooManyRequests } => new(SendStatus.RateLimited, answer.Error, PauseAfter(answer.Headers)),
            { Status: HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity } => new(SendStatus.Refused, answer.Error),
            _ => new(SendStatus.Failed, answer.Error.Length > 0 ? answer.Error : "an answer without data"),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<HelixAnswer<ChatMessageAnswers>> PostAsync(PostText text) => _api.RequestAsync(
        HttpMethod.Post, new(_options.Api, "chat/messages"), "Bearer", _token, _clientId,
        HelixApi.Body(new(_broadcasterId, _senderId, text.Value)), HelixJson.Default.ChatMessageAnswers, CancellationToken.None);

    private async Task<TokenOwner> ValidateAsync(CancellationToken cancellation)
    {
        TokenOwner owner = await TokenCheck.ValidateAsync(_api, _options, _token, cancellation);
        (_clientId, _validatedAt) = (owner.ClientId!, _time.GetTimestamp());
        return owner;
    }

    // Whether there is a good token again. What renews tokens replaces the file; an unreachable validation is no verdict.
    private async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        AccessToken before = _token;
        _token = _options.Token.Read();
        try
        {
            await ValidateAsync(cancellation);
        }
        catch (TwitchException e) when (e.ExitCode == ExitCode.SourceLost)
        {
        }
        return !_token.IsSameAs(before);
    }

    private static SendResult Dropped(DropReasonAnswer? reason)
    {
        string code = CommentText.Clean(reason?.Code ?? ""), words = CommentText.Clean(reason?.Message ?? "");
        return ChatNotice.Read(code, words) ?? new(SendStatus.Refused, $"{words} ({code})");
    }

    private TimeSpan PauseAfter(HttpResponseHeaders? headers)
    {
        if (headers is null || !headers.TryGetValues("Ratelimit-Reset", out IEnumerable<string>? values)
            || !long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long second) || second > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return _usualPause;
        TimeSpan pause = DateTimeOffset.FromUnixTimeSeconds(second) - _time.GetUtcNow();
        return pause < _shortestPause ? _shortestPause : pause > _longestPause ? _longestPause : pause;
    }

    private static string IdOf(HelixUsers users, ChannelName name) =>
        users.Data?.FirstOrDefault(user => name.Login.Equals(user.Login, StringComparison.OrdinalIgnoreCase))?.Id
        ?? throw Wrong($"Twitch knows no user {name.Login}; check the name.");

    private static TwitchException Wrong(string message) => new(message, ExitCode.Failed);

    internal static TwitchException Unreachable(string why) => new($"Twitch's API cannot be used: {(why.Length > 0 ? why : "its answer lacks what is needed")}; check the network and try again.", ExitCode.SourceLost);
}
