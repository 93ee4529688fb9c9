using System.IO.Compression;
using System.Text;
using CsCheck;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

/// <summary>Small logs of every format, and the shortest ways to read them.</summary>
internal static class Logs
{
    public static readonly DateTimeOffset Start = new(2025, 3, 10, 20, 0, 0, TimeSpan.Zero);

    /// <summary>The same six comments in every format, said by Zorblax, 田中 太郎 (tanakataro) and Quenby.</summary>
    public static readonly (double Seconds, string Name, string Text)[] Comments =
    [
        (5, "Zorblax", "hi"), (10, "tanakataro", "Kappa hello"), (12, "Zorblax", "a <b> & \"c\""), (70, "Quenby", "שלום 👍"),
        (3723, "Zorblax", "what: a play"), (95_000, "tanakataro", "still here"),
    ];

    /// <summary>One log of each format, by its name.</summary>
    public static readonly IReadOnlyDictionary<ChatFormat, string> All = new Dictionary<ChatFormat, string>
    {
        [ChatFormat.TwitchDownloaderJson] = "{\"FileInfo\":{\"Version\":{\"Major\":1}},\"streamer\":{\"name\":\"Streamerin\"},\"comments\":["
            + string.Join(",", Comments.Select(c => $"{{\"_id\":\"1\",\"content_offset_seconds\":{c.Seconds},\"commenter\":{{\"display_name\":\"{c.Name}\",\"name\":\"{Lower(c.Name)}\"}},\"message\":{{\"body\":{Json(c.Text)},\"fragments\":[{{\"text\":{Json(c.Text)},\"emoticon\":null}}],\"user_notice_params\":{{\"msg-id\":null}}}}}}"))
            + "],\"video\":{\"start\":0,\"end\":100000,\"length\":100000}}",
        [ChatFormat.TwitchDownloaderText] = Lines(c => $"[{Clock(c.Seconds)}] {c.Name}: {c.Text}"),
        [ChatFormat.TwitchDownloaderHtml] = "<!DOCTYPE html>\n<html><head><style>.x { }</style></head><body>\n" + Lines(c =>
            $"<pre class=\"comment-root\">[<a href=\"https://www.twitch.tv/videos/1?t={Clock(c.Seconds, 'h', 'm')}s\">{Clock(c.Seconds)}</a>] <a href=\"https://www.twitch.tv/{Lower(c.Name)}\" target=\"_blank\"><span class=\"comment-author\" style=\"color: #FF0000\">{c.Name}</span></a><span class=\"comment-message\">: {System.Net.WebUtility.HtmlEncode(c.Text)} </span></pre>") + "</body></html>\n",
        [ChatFormat.ChatDownloaderJson] = "[" + string.Join(",\n", Comments.Select(ChatDownloader)) + "]",
        [ChatFormat.JsonLines] = Lines(ChatDownloader),
        [ChatFormat.ChatDownloaderCsv] = "time_text,time_in_seconds,message,author.display_name,author.name\n" + Lines(c =>
            $"{Clock(c.Seconds)},{c.Seconds},\"{c.Text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{c.Name},{Lower(c.Name)}"),
        [ChatFormat.ChatDownloaderText] = Lines(c => $"{Clock(c.Seconds)} | (Moderator, 2-Month Subscriber) {c.Name}: {c.Text}"),
        [ChatFormat.TcdIrc] = Lines(c => $"[{Clock(c.Seconds)},123] <@{c.Name}> {c.Text}"),
        [ChatFormat.RawIrc] = Lines(c => $"@badges=;display-name={c.Name};emotes=;tmi-sent-ts={Start.AddSeconds(c.Seconds).ToUnixTimeMilliseconds()} :{Lower(c.Name)}!{Lower(c.Name)}@{Lower(c.Name)}.tmi.twitch.tv PRIVMSG #chan :{c.Text}"),
        [ChatFormat.Chatterino] = "# Start logging at 2025-03-10 21:00:00 CET\n" + Lines(c =>
            (c.Seconds > 90_000 ? "# Start logging at 2025-03-11 23:20:00 CET\n" : "") + $"[{Start.AddSeconds(c.Seconds + 3600):HH:mm:ss}]  {Lower(c.Name)}: {c.Text}") + "# Stop logging at 2025-03-12 01:00:00 CET\n",
        [ChatFormat.BilibiliXml] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><i><chatserver>chat.example</chatserver>" + Lines(c =>
            $"<d p=\"{c.Seconds}.000,1,25,16777215,1588305968,0,{Lower(c.Name)},42\">{System.Security.SecurityElement.Escape(c.Text)}</d>") + "</i>",
        [ChatFormat.RecentMessages] = "{\"messages\":[" + string.Join(",", Comments.Select(c =>
            Json($"@display-name={c.Name};historical=1;rm-received-ts={Start.AddSeconds(c.Seconds).ToUnixTimeMilliseconds()} :{Lower(c.Name)}!{Lower(c.Name)}@{Lower(c.Name)}.tmi.twitch.tv PRIVMSG #chan {(c.Text.Contains(' ', StringComparison.Ordinal) ? ":" : "")}{c.Text}")))
            + "],\"error\":null,\"error_code\":null}",
        [ChatFormat.TwitchDlJson] = "{\"video\": {\"id\": \"1\", \"publishedAt\": \"2025-03-10T20:00:00Z\", \"creator\": {\"login\": \"chan\"}}, \"video_comments\": {\"badges\": []}, \"comments\": ["
            + string.Join(", ", Comments.Select(c => $"{{\"id\": \"1\", \"commenter\": {{\"id\": \"7\", \"login\": \"{Lower(c.Name)}\", \"displayName\": \"{c.Name}\"}}, \"contentOffsetSeconds\": {c.Seconds}, \"createdAt\": \"2025-03-10T20:00:00.5Z\", \"message\": {{\"fragments\": [{{\"emote\": null, \"text\": {Json(c.Text)}}}], \"userBadges\": [], \"userColor\": null}}}}")) + "]}",
        [ChatFormat.YtDlpLiveChat] = Lines(c => $"{{\"clickTrackingParams\": \"x\", \"replayChatItemAction\": {{\"actions\": [{{\"addChatItemAction\": {{\"item\": {{\"liveChatTextMessageRenderer\": {{\"message\": {{\"runs\": [{{\"text\": {Json(c.Text)}}}]}}, \"authorName\": {{\"simpleText\": \"{c.Name}\"}}, \"timestampUsec\": \"1741636805000000\", \"authorExternalChannelId\": \"UC{Lower(c.Name)}\", \"timestampText\": {{\"simpleText\": \"0:10\"}}}}}}}}}}], \"videoOffsetTimeMsec\": \"{c.Seconds * 1000 + 123}\"}}}}"),
        [ChatFormat.SubRip] = string.Concat(Comments.Select((c, i) => $"{i + 1}\n{Clock(c.Seconds)},123 --> {Clock(c.Seconds + 2)},000\n{c.Name}: {c.Text}\n\n")),
        [ChatFormat.WebVtt] = "WEBVTT\n\nNOTE a chat\n\n" + string.Concat(Comments.Select((c, i) => $"c{i + 1}\n{Clock(c.Seconds)}.123 --> {Clock(c.Seconds + 2)}.000 line:0\n<v {c.Name}>{System.Net.WebUtility.HtmlEncode(c.Text)}</v>\n\n")),
        [ChatFormat.AssDanmaku] = "[Script Info]\n; made by hand\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: R2L,Arial,25\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            + Lines(c => $"Dialogue: 0,{Clock(c.Seconds)}.12,{Clock(c.Seconds + 8)}.00,R2L,{c.Name},0,0,0,,{{\\move(1920,25,-100,25)\\c&HFFFFFF&}}{c.Text}"),
        [ChatFormat.TimedText] = Lines(c => $"{Start.AddSeconds(c.Seconds).ToUnixTimeSeconds()} {Lower(c.Name)}: {c.Text}"),
    };

    public static ChatLogResult Read(string log, ChatLogOptions? options = null) => Read(Encoding.UTF8.GetBytes(log), options);

    public static ChatLogResult Read(byte[] log, ChatLogOptions? options = null)
    {
        using var stream = new MemoryStream(log);
        return ChatLog.Read(stream, "folder/chat.log", options ?? new());
    }

    public static TwitchException Refused(string log, ChatLogOptions? options = null) => Assert.Throws<TwitchException>(() => Read(log, options));

    public static byte[] Gzip(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(data);
        return packed.ToArray();
    }

    public static IEnumerable<string> Texts(this ChatLogResult result) => result.Comments.Select(comment => comment.Text);

    public static IEnumerable<double> Seconds(this ChatLogResult result) => result.Comments.Select(comment => comment.Time.TotalSeconds);

    public static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    public static string Clock(double seconds, char hour = ':', char minute = ':') =>
        $"{(long)seconds / 3600}{hour}{(long)seconds / 60 % 60:00}{minute}{(long)seconds % 60:00}";

    /// <summary>Tries the same samples in every run; a failure is told with its number.</summary>
    public static void ForEach<T>(this Gen<T> gen, Action<T> check, int count)
    {
        var random = new PCG(1, 20250310);
        for (int i = 0; i < count; i++)
        {
            T sample = gen.Generate(random, null, out _);
            try
            {
                check(sample);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"sample {i} of {count} fails: {e.Message}", e);
            }
        }
    }

    private static string ChatDownloader((double Seconds, string Name, string Text) c) =>
        $"{{\"time_in_seconds\": {c.Seconds}, \"time_text\": \"{Clock(c.Seconds)}\", \"timestamp\": 1741636800000000, \"message\": {Json(c.Text)}, \"message_type\": \"text_message\", \"author\": {{\"name\": \"{Lower(c.Name)}\", \"display_name\": \"{c.Name}\"}}}}";

    private static string Lines(Func<(double Seconds, string Name, string Text), string> line) => string.Concat(Comments.Select(c => line(c) + "\n"));

    private static string Lower(string name) => name.ToLowerInvariant();
}
