using System.Collections.ObjectModel;
using System.Text;

namespace Twitch;

/// <summary>The tags before a message, <c>name=value;name=value</c>, and their escapes.</summary>
/// <remarks>IRCv3 message tags: <c>\:</c> is a semicolon, <c>\s</c> a space, <c>\r</c>, <c>\n</c> and <c>\\</c> themselves; of a repeated name the last counts.</remarks>
public static class IrcTags
{
    /// <summary>All tags by name, values unescaped.</summary>
    public static ReadOnlyDictionary<string, string> Parse(string text)
    {
        if (text.Length == 0)
            return ReadOnlyDictionary<string, string>.Empty;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Range range in text.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> value = Cut(text.AsSpan(range), out ReadOnlySpan<char> name);
            if (!name.IsEmpty)
                tags[name.ToString()] = Unescape(value);
        }
        return tags.AsReadOnly();
    }

    /// <summary>One tag's value, unescaped; empty if it is absent. The others are passed over, as in a log of millions of lines.</summary>
    public static string Find(string text, string name)
    {
        string found = "";
        foreach (Range range in text.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> value = Cut(text.AsSpan(range), out ReadOnlySpan<char> other);
            if (other.SequenceEqual(name))
                found = Unescape(value);
        }
        return found;
    }

    /// <summary>Writes tags, values escaped.</summary>
    /// <exception cref="InvalidOperationException">A name holds signs that no name may.</exception>
    public static string Format(IReadOnlyDictionary<string, string> tags) => string.Join(';', tags.Select(tag =>
        IsName(tag.Key) ? $"{tag.Key}={Escape(tag.Value)}" : throw new InvalidOperationException("an IRC message cannot be written because of a tag's name")));

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> tag, out ReadOnlySpan<char> name)
    {
        int equals = tag.IndexOf('=');
        name = equals < 0 ? tag : tag[..equals];
        return equals < 0 ? [] : tag[(equals + 1)..];
    }

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
