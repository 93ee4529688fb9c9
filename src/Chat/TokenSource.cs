namespace Twitch.Chat;

/// <summary>Where the chat token is kept; see <see cref="TokenText"/>.</summary>
public sealed class TokenSource
{
    /// <summary>The variable that is read when no file is named.</summary>
    public const string Variable = "TWITCH_CHAT_TOKEN";

    private readonly string _where;
    private readonly Func<AccessToken> _read;

    private TokenSource(string where, Func<AccessToken> read) => (_where, _read) = (where, read);

    /// <summary>A token that is at hand already.</summary>
    public static TokenSource Of(AccessToken token) => new("a token given by the host", () => token);

    /// <summary>Takes the token from an environment variable, and the variable from the environment, so that no child process inherits it.</summary>
    /// <exception cref="TwitchException">It is not set, or is no token.</exception>
    public static TokenSource FromEnvironment(string variable = Variable)
    {
        string text = TokenText.Take(variable)
            ?? throw new TwitchException($"the environment variable {variable} is not set; put the chat token there, or in a file of mode 0600.", ExitCode.Usage);
        AccessToken token = Parse(text, $"the environment variable {variable}");
        return new($"the environment variable {variable}", () => token);
    }

    /// <summary>A file, read again at every login: whatever renews the token replaces the file.</summary>
    /// <exception cref="TwitchException">It is missing, others may read it, or it holds no token.</exception>
    public static TokenSource FromFile(string path)
    {
        var source = new TokenSource(path, () => Parse(TokenText.ReadFile(path, "chat token"), path));
        source.Read();
        return source;
    }

    /// <summary>Where the token is, not what it is.</summary>
    public override string ToString() => _where;

    /// <summary>The token as it is now.</summary>
    /// <exception cref="TwitchException">The file has become unreadable, or readable to others.</exception>
    internal AccessToken Read() => _read();

    private static AccessToken Parse(string text, string where) => AccessToken.TryParse(text)
        ?? throw new TwitchException($"{where} holds no chat token; it must be letters and digits, at least 8, with or without 'oauth:' before them.", ExitCode.Usage);
}
