namespace Twitch.Chat;

/// <summary>A Twitch OAuth token. Only the two places that send it can read it; printed, it is a placeholder.</summary>
public sealed class AccessToken
{
    private const string Scheme = "oauth:";
    private const int MinLength = 8, MaxLength = 512;

    private readonly string _value;

    private AccessToken(string value) => _value = value;

    /// <summary>Reads a token, with or without <c>oauth:</c> before it.</summary>
    /// <param name="text">Letters and digits; white space around them does not matter.</param>
    /// <returns>Null if it cannot be a token.</returns>
    public static AccessToken? TryParse(string text)
    {
        ReadOnlySpan<char> value = text.AsSpan().Trim();
        if (value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            value = value[Scheme.Length..];
        if (value.Length is < MinLength or > MaxLength)
            return null;
        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return null;    // a line break here would be a second command
        }
        return new(value.ToString());
    }

    /// <summary>The same for every token.</summary>
    public override string ToString() => "(access token)";

    /// <summary>The token itself, for the wire and for nothing else.</summary>
    internal string Reveal() => _value;

    /// <summary>What a server said, without this token should it quote it.</summary>
    internal string Redact(string text) => text.Replace(_value, ToString(), StringComparison.OrdinalIgnoreCase);

    internal bool IsSameAs(AccessToken other) => _value == other._value;
}
