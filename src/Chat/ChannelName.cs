namespace Twitch.Chat;

/// <summary>A Twitch login, which also names its channel: 1 to 25 ASCII letters, digits and underscores.</summary>
public sealed record ChannelName
{
    private const int MaxLength = 25;

    private ChannelName(string login) => Login = login;

    /// <summary>The login, lower case.</summary>
    public string Login { get; }

    /// <summary>Reads a login; <c>#</c> or <c>@</c> may stand before it.</summary>
    /// <returns>Null if it is none.</returns>
    public static ChannelName? TryParse(string text)
    {
        string login = text is ['#' or '@', ..] ? text[1..] : text;
        bool valid = login.Length is > 0 and <= MaxLength && login.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        return valid ? new(login.ToLowerInvariant()) : null;
    }

    /// <summary>Reads a login; <c>#</c> or <c>@</c> may stand before it.</summary>
    /// <exception cref="TwitchException">It is none.</exception>
    public static ChannelName Parse(string text) => TryParse(text)
        ?? throw new TwitchException($"'{CommentText.Clean(text)}' is no Twitch channel; it must be 1 to {MaxLength} letters, digits and underscores.", ExitCode.Usage);

    /// <summary>As chat writes it: <c>#login</c>.</summary>
    public override string ToString() => $"#{Login}";
}
