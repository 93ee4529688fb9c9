using System.Globalization;
using System.Text;

namespace Twitch.Chat;

/// <summary>One line that can be said in chat. Nothing else can be sent, so what this type refuses never reaches the wire.</summary>
/// <remarks>No control characters (CR, LF, NUL among them), no unpaired surrogates, at most 500 UTF-16 units, and never a chat command.</remarks>
public sealed record PostText
{
    /// <summary>Twitch's limit, in UTF-16 units.</summary>
    public const int MaxLength = 500;

    /// <summary>The longest mark, in UTF-16 units.</summary>
    public const int MaxMarkLength = 20;

    private PostText(string value) => Value = value;

    /// <summary>What is said.</summary>
    public string Value { get; }

    /// <summary>Cleans a comment, puts the mark before it and cuts it to length between two characters as people see them.</summary>
    /// <param name="comment">Any text.</param>
    /// <param name="mark">What says that a bot speaks; see <see cref="IsMark"/>.</param>
    /// <returns>Null if nothing is left to say.</returns>
    public static PostText? TryCreate(string comment, string mark = "")
    {
        if (!IsMark(mark))
            throw new ArgumentException("this cannot be a mark", nameof(mark));
        string text = CommentText.Clean(comment);
        if (mark.Length == 0)
            text = WithoutCommand(text);
        if (text.Length == 0)
            return null;
        string line = mark.Length == 0 ? text : $"{mark} {text}";
        line = Cut(line, MaxLength, span => span.Length).TrimEnd();
        return line.Length > mark.Length ? new(line) : null;
    }

    /// <summary>Whether a text can stand before every post: short, clean, and not the start of a command.</summary>
    public static bool IsMark(string mark) => mark.Length <= MaxMarkLength && CommentText.Clean(mark) == mark && WithoutCommand(mark) == mark;

    /// <summary>What is said.</summary>
    public override string ToString() => Value;

    /// <summary>The same line, cut between two characters so that its UTF-8 is at most this long.</summary>
    /// <returns>Null if nothing is left.</returns>
    internal PostText? CutToBytes(int maxBytes)
    {
        string line = Cut(Value, maxBytes, span => Encoding.UTF8.GetByteCount(span)).TrimEnd();
        return line.Length == 0 ? null : line.Length == Value.Length ? this : new(line);
    }

    // '/' and '.' are Twitch's own commands, '!' is other bots'.
    private static string WithoutCommand(string text) => text.TrimStart(['/', '.', '!', ' ']);

    private static string Cut(string text, int max, Func<ReadOnlySpan<char>, int> measure)
    {
        if (measure(text) <= max)
            return text;
        int end = 0, used = 0;
        while (end < text.Length)
        {
            int length = StringInfo.GetNextTextElementLength(text.AsSpan(end));
            used += measure(text.AsSpan(end, length));
            if (used > max)
                break;
            end += length;
        }
        return text[..end];
    }
}
