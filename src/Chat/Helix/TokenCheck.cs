using System.Globalization;
using System.Net;

namespace Twitch.Chat.Helix;

/// <summary>Asks Twitch whose a token is, what it may do and how long it lasts: said before a stream, and not in it.</summary>
public static class TokenCheck
{
    private static readonly TimeSpan _soon = TimeSpan.FromHours(24);
    private static readonly string[] _ircScopes = ["chat:read", "chat:edit"];

    /// <summary>Checks the token of somebody who speaks over IRC.</summary>
    /// <param name="options">Where the token is, and what says whose it is.</param>
    /// <param name="login">Who speaks.</param>
    /// <param name="report">Receives how long the token lasts, if it ends within a day; and that it could not be checked, if Twitch cannot be reached.</param>
    /// <param name="time">The clock; the system's if absent.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TwitchException">The token is not good, is another's, or lacks a scope.</exception>
    public static async Task ForIrcAsync(HelixOptions options, ChannelName login, Action<string> report, TimeProvider? time, CancellationToken cancellation)
    {
        using var api = new HelixApi(options.RequestTimeout, time ?? TimeProvider.System);
        TokenOwner owner;
        try
        {
            owner = await ValidateAsync(api, options, options.Token.Read(), cancellation);
        }
        catch (TwitchException e) when (e.ExitCode == ExitCode.SourceLost)
        {
            report($"note: the chat token could not be checked before it is used: {e.Message}");
            return;
        }

        CheckLogin(owner, login);
        if (_ircScopes.FirstOrDefault(scope => owner.Scopes?.Contains(scope) != true) is { } missing)
            throw Lacks(missing);
        if (Expiry(owner, options.Token, time ?? TimeProvider.System) is { } expiry)
            report(expiry);
    }

    /// <summary>Whose a token is.</summary>
    /// <exception cref="TwitchException">It is not good, or Twitch cannot be reached (<see cref="ExitCode.SourceLost"/>).</exception>
    internal static async Task<TokenOwner> ValidateAsync(HelixApi api, HelixOptions options, AccessToken token, CancellationToken cancellation)
    {
        HelixAnswer<TokenOwner> answer = await api.RequestAsync(HttpMethod.Get, options.Validation, "OAuth", token, null, null, HelixJson.Default.TokenOwner, cancellation);
        if (answer.Status == HttpStatusCode.Unauthorized)
            throw new TwitchException($"Twitch does not accept the chat token of {options.Token}: {answer.Error}; it has expired or was revoked, get a new one.", ExitCode.Failed);
        return answer.Value is { ClientId: string clientId } owner && clientId.All(char.IsAsciiLetterOrDigit) ? owner : throw HelixSink.Unreachable(answer.Error);
    }

    /// <summary>How long a token lasts, for people; null if that is more than a day, or not limited.</summary>
    internal static string? Expiry(TokenOwner owner, TokenSource source, TimeProvider time)
    {
        if (owner.ExpiresIn is not (> 0 and { } seconds) || seconds >= _soon.TotalSeconds)
            return null;
        TimeSpan left = TimeSpan.FromSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"warning: the chat token of {source} expires in {StreamTime.Format(left)}, at {time.GetUtcNow() + left:yyyy-MM-dd HH:mm} UTC; ") +
            "posting ends then, unless it is in a file (--post-token-file) that is renewed by then.";
    }

    internal static void CheckLogin(TokenOwner owner, ChannelName named)
    {
        if (owner.Login is not null && !named.Login.Equals(owner.Login, StringComparison.OrdinalIgnoreCase))
            throw new TwitchException($"the chat token is {CommentText.Clean(owner.Login)}'s, not {named.Login}'s; use that login, or the other's token.", ExitCode.Failed);
    }

    internal static TwitchException Lacks(string scope) => new($"the chat token lacks the scope {scope}; ask for a token that has it.", ExitCode.Failed);
}
