using System.Globalization;
using System.Text;
using System.Xml;

namespace Twitch.Training.Chat.Readers;

/// <summary>An XML document of <c>&lt;d p="seconds,mode,size,colour,unix time,pool,author,id"&gt;text&lt;/d&gt;</c>, in any order.</summary>
/// <remarks>
/// Recorders write <c>&lt;sc ts="seconds" user="…"&gt;text&lt;/sc&gt;</c> for comments with money, and gifts and the like beside them. Where the author's number is 0
/// because nobody was logged in, <c>user</c> tells authors apart. Each element is parsed by itself, so that one that is not well-formed costs itself alone.
/// </remarks>
internal sealed class BilibiliXml : IChatReader
{
    // What has a time and is no comment.
    private static readonly string[] _notices = ["gift", "guard", "toast", "interact", "like", "warning"];
    private const string Remark = "!--";    // what stands in one is no element

    private static readonly string[] _elements = ["d", "sc", .. _notices];

    public ChatFormat Format => ChatFormat.BilibiliXml;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8, alsoEndsAfter: "</d>");
        var pending = new StringBuilder();                                         // an element that is not closed yet
        long number = 0;
        while (lines.Read() is { } line)
        {
            if (pending.Length == 0)
                number = lines.Number;
            pending.Append(line).Append(lines.WasBroken ? '\0' : '\n');
            if (!lines.WasBroken && pending.Length < ChatLines.MaxLength && !line.AsSpan().ContainsAny('<', '>'))
                continue;    // nothing begins or ends here
            string rest = Take(pending.ToString(), number, collector, lines.WasBroken || pending.Length >= ChatLines.MaxLength);
            pending.Clear().Append(rest);
        }

        if (pending.Length > 0)
            collector.Add(number, ChatRecord.Unparsable("the file ends in the middle of an element"));
        if (lines.Damage is { } damage)
            collector.Note(damage);
    }

    // Gives every element that is whole to the collector; what is left is the beginning of one.
    private static string Take(string text, long number, ChatCollector collector, bool last)
    {
        int at = 0;
        while (NextElement(text, at) is { } found)
        {
            (int start, string name) = found;
            (int Start, string Name) next = NextElement(text, start + 1) ?? (text.Length, "");
            bool open = next.Start < text.Length && text.AsSpan(start, next.Start - start).Contains('\n') && !(End(text, start, name) <= next.Start);
            if (open)
            {
                collector.Add(number + text.AsSpan(0, start).Count('\n'), ChatRecord.Unparsable("an element that is not closed"));
                at = next.Start;
            }
            else if (End(text, start, name) is { } end)
            {
                collector.Add(number + text.AsSpan(0, start).Count('\n'), Parse(text[start..end], name), text[start..end]);
                at = end;
            }
            else if (last)
            {
                if (name != Remark)
                    collector.Add(number, ChatRecord.Unparsable("an element that is cut"));
                return "";
            }
            else
            {
                return text[start..];
            }
        }

        return "";
    }

    private static (int Start, string Name)? NextElement(string text, int from)
    {
        for (int at = text.IndexOf('<', from); at >= 0; at = text.IndexOf('<', at + 1))
        {
            if (text.AsSpan(at).StartsWith("<!--", StringComparison.Ordinal))
            {
                int end = text.IndexOf("-->", at, StringComparison.Ordinal);
                if (end < 0)
                    return (at, Remark);
                at = end;
                continue;
            }

            foreach (string name in _elements)
            {
                int after = at + 1 + name.Length;
                if (text.AsSpan(at + 1).StartsWith(name, StringComparison.Ordinal) && after < text.Length && (char.IsWhiteSpace(text[after]) || text[after] is '>' or '/'))
                    return (at, name);
            }
        }

        return null;
    }

    // Just behind an element; null if it is not whole.
    private static int? End(string text, int start, string name)
    {
        if (name == Remark)
            return null;
        char quote = '\0';
        for (int at = start; at < text.Length; at++)
        {
            char c = text[at];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'')
                quote = c;
            else if (c == '>')
            {
                if (text[at - 1] == '/')
                    return at + 1;
                int close = text.IndexOf($"</{name}>", at, StringComparison.Ordinal);
                return close < 0 ? null : close + name.Length + 3;
            }
        }

        return null;
    }

    private static ChatRecord Parse(string element, string name)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(Allowed(element)), new XmlReaderSettings    // no entity is ever expanded
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                CheckCharacters = false,
                ConformanceLevel = ConformanceLevel.Fragment,
            });
            reader.Read();
            string[] parameters = (reader.GetAttribute("p") ?? "").Split(',');
            string user = reader.GetAttribute("user") ?? "", uid = reader.GetAttribute("uid") ?? (parameters.Length > 6 ? parameters[6] : "");
            string seconds = name == "d" ? parameters[0] : reader.GetAttribute("ts") ?? "";
            var text = new StringBuilder();
            while (reader.Read() && text.Length < ChatLines.MaxLength)
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                    text.Append(reader.Value);
            }

            // Modes 7 to 9 draw and run things on the screen.
            if (_notices.Contains(name) || (parameters.Length > 1 && parameters[1] is "7" or "8" or "9"))
                return ChatRecord.Notice;
            if (!double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out double offset) || ChatTime.FromSeconds(offset) is not { } time)
                return ChatRecord.Unparsable("an element without a time");
            return new(RecordKind.Comment, time, uid is "" or "0" ? user : uid, user.Length > 0 ? user : uid, text.ToString());
        }
        catch (XmlException)
        {
            return ChatRecord.Unparsable("the XML of this element is not well-formed, such as & or < for themselves");
        }
    }

    // Gives spaces for the control characters that are in many of these files although XML forbids them.
    private static string Allowed(string text) => string.Create(text.Length, text, (to, from) =>
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = from[i] is (< ' ' and not ('\t' or '\n' or '\r')) or '\uFFFE' or '\uFFFF' ? ' ' : from[i];
    });
}
