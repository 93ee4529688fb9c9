using System.Collections.ObjectModel;
using System.Text;

namespace Twitch.Chat.Irc;

/// <summary>The tags before a message, <c>name=value;name=value</c>, and their escapes.</summary>
/// <remarks>IRCv3 message tags: <c>\:</c> is a semicolon, <c>\s</c> a space, <c>\r</c>, <c>\n</c> and <c>\\</c> themselves; of a repeated name the last counts.</remarks>
internal static class IrcTags
{
    public static ReadOnlyDictionary<string, string> Parse(string text)
    {
        if (text.Length == 0)
            return ReadOnlyDictionary<string, string>.Empty;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Range range in text.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> tag = text.AsSpan(range);
            int equals = tag.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? tag : tag[..equals];
            if (!name.IsEmpty)
                tags[name.ToString()] = equals < 0 ? "" : Unescape(tag[(equals + 1)..]);
        }
        return tags.AsReadOnly();
    }

    public static string Format(IReadOnlyDictionary<string, string> tags) => string.Join(';', tags.Select(tag =>
        IsName(tag.Key) ? $"{tag.Key}={Escape(tag.Value)}" : throw new InvalidOperationException("an IRC message cannot be written because of a tag's name")));

    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '.' or '+' or '_');

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (char c in value)
            _ = c switch { ';' => text.Append(@"\:"), ' ' => text.Append(@"\s"), '\\' => text.Append(@"\\"), '\r' => text.Append(@"\r"), '\n' => text.Append(@"\n"), _ => text.Append(c) };
        return text.ToString();
    }

    private static string Unescape(ReadOnlySpan<char> value)
    {
        if (!value.Contains('\\'))
            return value.ToString();
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
                text.Append(value[i]);
            else if (++i < value.Length)
                text.Append(value[i] switch { ':' => ';', 's' => ' ', 'r' => '\r', 'n' => '\n', char other => other });
        }
        return text.ToString();
    }
}
