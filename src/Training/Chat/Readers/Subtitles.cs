using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary>SubRip or WebVTT: blocks of a line <c>00:00:10,000 --&gt; 00:00:12,000</c> and the lines of a text, each a comment said at its start.</summary>
/// <param name="format">Which of both.</param>
/// <param name="named">Whether a text begins with its author: <c>Bob: hi</c>. A voice, <c>&lt;v Bob&gt;hi</c>, always names one.</param>
internal sealed partial class Subtitles(ChatFormat format, bool named) : IChatReader
{
    // What is longer is no comment that anybody marked up; to look for tags in it would take long.
    private const int MostMarked = 20_000;

    public ChatFormat Format => format;

    /// <summary>The reader of a log that begins with a block; null if it does not.</summary>
    public static Subtitles? Of(string head)
    {
        bool web = head.StartsWith("WEBVTT", StringComparison.Ordinal);
        if (!web && !Start().IsMatch(head))
            return null;
        string[] lines = [.. head.Split('\n').Select(line => line.Trim())];
        string[] texts = [.. lines.Skip(1).Where((line, before) => Timing().IsMatch(lines[before]) && line.Length > 0)];
        return new(web ? ChatFormat.WebVtt : ChatFormat.SubRip, texts.Length > 0 && texts.Count(text => Named().IsMatch(text)) * 10 >= texts.Length * 8);
    }

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8);
        var text = new StringBuilder();
        (long Number, ChatTime? Time)? block = null;
        bool note = false;
        string? kept = null;                                                       // a line that is a number, or a name: of the block that follows it
        while (lines.Read() is { } line)
        {
            Match timing = Timing().Match(line.Trim());
            if (lines.WasBroken)
            {
                collector.Add(lines.Number, ChatRecord.Unparsable("zero bytes stand in the line"));
                (block, kept) = (null, null);
            }
            else if (timing.Success)
            {
                Finish();
                block = (lines.Number, ChatTime.TryParseClock(timing.Groups["start"].ValueSpan, out TimeSpan start) ? ChatTime.SinceStart(start) : null);
                (kept, note) = (null, false);
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                Finish();
                Forget(lines.Number - 1);
                note = false;
            }
            else if (block is not null)
            {
                if (text.Length < ChatLines.MaxLength)
                    text.Append(text.Length == 0 ? "" : " ").Append(line);
            }
            else if (!note && (format != ChatFormat.WebVtt || !Header().IsMatch(line)))
            {
                Forget(lines.Number - 1);
                kept = line;
            }
            else
            {
                note = true;
            }
        }

        Finish();
        Forget(lines.Number);
        if (lines.Damage is { } damage)
            collector.Note(damage);

        void Finish()
        {
            if (block is { } whole)
                collector.Add(whole.Number, whole.Time is { } time ? Comment(time, text.ToString()) : ChatRecord.Unparsable("a block without a time"));
            block = null;
            text.Clear();
        }

        // A number without a block is nothing; anything else stands where a block should.
        void Forget(long number)
        {
            if (kept is not null && !long.TryParse(kept.Trim(), out _))
                collector.Add(number, ChatRecord.Unparsable("a line outside of a block"), kept);
            kept = null;
        }
    }

    private ChatRecord Comment(ChatTime time, string text)
    {
        string voice = text.Length <= MostMarked && Voice().Match(text) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups["name"].Value).Trim() : "";
        if (text.Length > MostMarked)
            return ChatRecord.Comment(time, "", text);
        // WebVTT writes what looks like a tag otherwise; in SubRip only pairs are tags.
        if (format == ChatFormat.WebVtt)
            text = WebUtility.HtmlDecode(Tag().Replace(text, ""));
        for (string before = ""; format == ChatFormat.SubRip && before != text;)
            (before, text) = (text, Pair().Replace(text, "${text}"));
        int colon = named && voice.Length == 0 ? text.IndexOf(':', StringComparison.Ordinal) : -1;
        return colon > 0 ? ChatRecord.Comment(time, text[..colon].Trim(), text[(colon + 1)..]) : ChatRecord.Comment(time, voice, text);
    }

    [GeneratedRegex(@"^(?:\d+\s+)?(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3} +--> ")]
    private static partial Regex Start();

    [GeneratedRegex(@"^(?<start>(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3}) +--> +(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{1,3}")]
    private static partial Regex Timing();

    [GeneratedRegex(@"^(?:<[^>]*>)*[^\s:<>][^:<>]{0,40}:(?:\s|$)")]
    private static partial Regex Named();

    [GeneratedRegex(@"<v(?:\.[^ >]*)? (?<name>[^>]{1,100})>")]
    private static partial Regex Voice();

    [GeneratedRegex(@"</?(?:b|i|u|c|v|ruby|rt|lang|\d\d:)(?:[ .:][^>]*)?>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"<(?<tag>b|i|u|s|font)(?: [^>]*)?>(?<text>.*?)</\k<tag>>", RegexOptions.IgnoreCase)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^(?:WEBVTT|NOTE|STYLE|REGION)\b")]
    private static partial Regex Header();
}
