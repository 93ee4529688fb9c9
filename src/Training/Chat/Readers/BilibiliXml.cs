using System.Globalization;
using System.Text;
using System.Xml;

namespace Twitch.Training.Chat.Readers;

/// <summary>An XML document of <c>&lt;d p="seconds,mode,size,colour,unix time,pool,author,id"&gt;text&lt;/d&gt;</c>, in any order.</summary>
internal sealed class BilibiliXml : IChatReader
{
    public ChatFormat Format => ChatFormat.BilibiliXml;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var characters = new AllowedCharacters(utf8);
        using var reader = XmlReader.Create(characters, new XmlReaderSettings              // no entity is ever expanded
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CheckCharacters = false,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            ConformanceLevel = ConformanceLevel.Fragment,
        });
        try
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "d")
                    ReadComment(reader, collector);
            }
        }
        catch (XmlException e)
        {
            long before = utf8.ReadCount, rest = utf8.Drain();
            collector.Break(e.LineNumber, $"line {e.LineNumber}, column {e.LinePosition}", "the XML is not well-formed", (double)rest / Math.Max(1, before + rest));
        }
    }

    private static void ReadComment(XmlReader reader, ChatCollector collector)
    {
        long line = ((IXmlLineInfo)reader).LineNumber;
        string[] parameters = (reader.GetAttribute("p") ?? "").Split(',');
        var text = new StringBuilder();
        if (!reader.IsEmptyElement)
        {
            int depth = reader.Depth;
            while (reader.Read() && reader.Depth > depth)
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace && text.Length < ChatLines.MaxLength)
                    text.Append(reader.Value);
            }
        }

        collector.Add(line, Parse(parameters, text.ToString()));
    }

    /// <summary>Gives spaces for the control characters that are in many of these files although XML forbids them.</summary>
    private sealed class AllowedCharacters(Stream utf8) : StreamReader(utf8, Encoding.UTF8)
    {
        public override int Read(char[] buffer, int index, int count)
        {
            int read = base.Read(buffer, index, count);
            foreach (ref char c in buffer.AsSpan(index, read))
            {
                if (c is (< ' ' and not ('\t' or '\n' or '\r')) or '\uFFFE' or '\uFFFF')
                    c = ' ';
            }

            return read;
        }
    }

    private static ChatRecord Parse(string[] parameters, string text)
    {
        if (!double.TryParse(parameters[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) || ChatTime.FromSeconds(seconds) is not { } time)
            return ChatRecord.Unparsable("an element without a time");
        // Modes 7 to 9 draw and run things on the screen.
        if (parameters.Length > 1 && parameters[1] is "7" or "8" or "9")
            return ChatRecord.Notice;
        return ChatRecord.Comment(time, parameters.Length > 6 ? parameters[6] : "", text);
    }
}
