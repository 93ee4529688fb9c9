using System.Text.RegularExpressions;
using Twitch.Training.Chat.Readers;

namespace Twitch.Training.Chat;

/// <summary>What a line resembles that could not be read, and what to do about it. No line is quoted but by its shape.</summary>
/// <param name="Format">What it resembles most, as messages call it.</param>
/// <param name="Found">What is wrong with it.</param>
/// <param name="Remedy">What a person can do.</param>
internal sealed partial record Lookalike(string Format, string Found, string Remedy)
{
    private static readonly (Regex Line, Lookalike What)[] _lines =
    [
        (DateAlone(), new("tcd .irc", $"{TcdIrc.DateAlone} in the brackets, and so no time", "in tcd's settings write {timestamp[relative]} for the time, and download it again.")),
        (Untagged(), new("raw IRC", $"{RawIrc.WithoutTags}", "record the chat with the capability twitch.tv/tags, which gives every message its time, or let the logger write the time before each line.")),
        (TaggedOther(), new("raw IRC", "tags without a message that can be read", "keep the lines as the server sent them.")),
        (Headless(), new("Chatterino log", Chatterino.NoDay, "give the file from its beginning, where that line stands.")),
        (Zoned(), new("TwitchDownloader text", "a time of day with a zone and no date", "export the log with times since the start, or with dates.")),
        (Bracketed(), new("TwitchDownloader text", "brackets that hold no time", "export the log with times since the start: [0:00:10] name: text.")),
        (Named(), new("TwitchDownloader text", "a name and a text without times", "comments without times cannot be matched with the recording: export the log again with timestamps.")),
        (IrcNamed(), new("tcd .irc", "a name and a text without times", "comments without times cannot be matched with the recording: export the log again with timestamps.")),
        (TimedOnly(), new("text with a time a line", "a time without a name and a colon behind it", "write each line as time, name, colon and text: 0:00:10 name: text.")),
        (Json(), new("JSON", "an object without a time and a text that are known", "the fields that are known are those of TwitchDownloader, chat-downloader, twitch-dl, yt-dlp and recent-messages.")),
    ];

    /// <summary>What a line resembles, by its beginning; null if nothing.</summary>
    public static Lookalike? Of(string line)
    {
        string start = line.Length > 1000 ? line[..1000] : line;
        return _lines.FirstOrDefault(each => each.Line.IsMatch(start)).What;
    }

    /// <summary>What most of some lines resemble, and the first that does; null if most resemble nothing.</summary>
    public static (Lookalike What, int Line)? OfMost(IReadOnlyList<string> lines)
    {
        Lookalike?[] found = [.. lines.Select(Of)];
        Lookalike? most = found.Where(each => each is not null).GroupBy(each => each).OrderByDescending(group => group.Count()).FirstOrDefault()?.Key;
        return most is null || found.Count(each => each is not null) * 2 < lines.Count ? null : (most, Array.IndexOf(found, most));
    }

    /// <summary>What the beginning of a file shows that is no chat at all; null if it may be one.</summary>
    public static string? NoChat(ReadOnlySpan<byte> head) => head switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] or [0x1A, 0x45, 0xDF, 0xA3, ..] or [(byte)'F', (byte)'L', (byte)'V', 1, ..]
            or [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] or [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] or [(byte)'I', (byte)'D', (byte)'3', ..]
            => "a recording (picture or sound), no chat log; give the recording to --video and the log to --chat",
        [0x47, ..] when head.Length > 188 && head[188] == 0x47 => "a recording (MPEG transport stream), no chat log; give the recording to --video and the log to --chat",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..] => "a picture, no chat log; give a file of text",
        [(byte)'S', (byte)'Q', (byte)'L', (byte)'i', (byte)'t', (byte)'e', ..] => "an SQLite database; export its messages as CSV with the columns time, name and text",
        _ => null,
    };

    [GeneratedRegex(@"^\[[^\]\d]{0,12}(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2} \p{L}{3,9}\.? \d{4}|\p{L}{3} \d{1,2},? \d{4})\.?\] [<*]?\S")]
    private static partial Regex DateAlone();

    [GeneratedRegex(@"^:[^ ]+![^ ]+ PRIVMSG #")]
    private static partial Regex Untagged();

    [GeneratedRegex(@"^@[\w./+-]+=[^ ]* ")]
    private static partial Regex TaggedOther();

    [GeneratedRegex(@"^\[\d{1,2}:\d\d(?::\d\d)?(?: [AaPp][Mm])?\] {2,}\S")]
    private static partial Regex Headless();

    [GeneratedRegex(@"^\[\d{1,2}:\d\d(?::\d\d)? (?:[A-Z]{2,5}|[AaPp][Mm])\] ?\S")]
    private static partial Regex Zoned();

    [GeneratedRegex(@"^\[[^\]]{1,40}\] [^:]{1,60}: ?\S")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^@?\w[\w ()]{0,60}: \S")]
    private static partial Regex Named();

    [GeneratedRegex(@"^<[^<>]{1,60}> \S")]
    private static partial Regex IrcNamed();

    [GeneratedRegex(@"^\[?\(?-?(?:\d{4}-\d\d-\d\d[T ])?\d{1,3}:\d\d(?::\d\d)?\b")]
    private static partial Regex TimedOnly();

    [GeneratedRegex(@"^\s*[\[{].*""")]
    private static partial Regex Json();
}
