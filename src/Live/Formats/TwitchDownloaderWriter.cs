using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Runtime;

namespace Twitch.Live.Formats;

/// <summary>The chat JSON that TwitchDownloader reads and renders, version 1.4.0: <c>comments[]</c> with <c>commenter</c> and <c>fragments</c>, which its renderer needs.</summary>
/// <remarks>The stream, whose length is known at the end, stands last. Where the output is a file, that end is written after every comment, and over it the
/// next one: the file is whole whenever the program ends.</remarks>
internal sealed class TwitchDownloaderWriter : CommentOutput
{
    private const string Name = "chat";

    private readonly TextWriter _output;
    private readonly Stream? _file;
    private readonly string _title;
    private readonly DateTimeOffset _start;
    private TimeSpan _last;
    private int _count;

    /// <param name="output">Receives it.</param>
    /// <param name="title">What the comments are on.</param>
    /// <param name="start">When that began.</param>
    public TwitchDownloaderWriter(TextWriter output, string title, DateTimeOffset start)
    {
        (_output, _title, _start) = (output, title, start);
        _file = output is StreamWriter { BaseStream: { CanSeek: true } stream } ? stream : null;
        output.Write("{\"FileInfo\":" + JsonSerializer.Serialize(new RenderedFile(new(1, 4, 0), Utc(start)), RenderedJson.Readable.RenderedFile)
            + ",\"streamer\":" + JsonSerializer.Serialize(new RenderedStreamer(Name, Name, 0), RenderedJson.Readable.RenderedStreamer) + ",\"comments\":[");
        WriteEnd();
    }

    public override void Write(TimedComment comment)
    {
        _last = comment.Time;
        var commenter = new RenderedCommenter(Name, "0", Name, Utc(_start), Utc(_start));
        string text = comment.Comment.Text;
        _output.Write((_count++ == 0 ? "\n" : ",\n") + JsonSerializer.Serialize(
            new RenderedComment($"comment-{_count}", Utc(_start + comment.Time), "0", "video", "0", comment.Time.TotalSeconds, commenter, new(text, 0, [new(text)], [], "#9146FF", [])),
            RenderedJson.Readable.RenderedComment));
        WriteEnd();
    }

    public override void End()
    {
        if (_file is null)
            _output.Write(Ending());
    }

    private void WriteEnd()
    {
        if (_file is null)
            return;
        _output.Flush();
        long place = _file.Position;
        _output.Write(Ending());
        _output.Flush();
        _file.SetLength(_file.Position);
        _file.Position = place;
    }

    private string Ending()
    {
        double length = Math.Ceiling((_last + SubtitleWriter.Shown).TotalSeconds);
        return "\n],\"video\":" + JsonSerializer.Serialize(new RenderedVideo(CommentText.Clean(_title), "0", Utc(_start), 0, length, length), RenderedJson.Readable.RenderedVideo) + "}\n";
    }

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

internal sealed record RenderedVersion([property: JsonPropertyName("Major")] int Major, [property: JsonPropertyName("Minor")] int Minor, [property: JsonPropertyName("Patch")] int Patch);

internal sealed record RenderedFile([property: JsonPropertyName("Version")] RenderedVersion Version, [property: JsonPropertyName("CreatedAt")] string CreatedAt);

internal sealed record RenderedStreamer(string Name, string Login, int Id);

internal sealed record RenderedVideo(string Title, string Id, string CreatedAt, double Start, double End, double Length);

internal sealed record RenderedCommenter(string DisplayName, [property: JsonPropertyName("_id")] string Id, string Name, string CreatedAt, string UpdatedAt, string? Bio = null, string? Logo = null);

internal sealed record RenderedFragment(string Text, string? Emoticon = null);

internal sealed record RenderedMessage(string Body, int BitsSpent, IReadOnlyList<RenderedFragment> Fragments, IReadOnlyList<string> UserBadges, string UserColor, IReadOnlyList<string> Emoticons, string? UserNoticeParams = null);

internal sealed record RenderedComment(
    [property: JsonPropertyName("_id")] string Id, string CreatedAt, string ChannelId, string ContentType, string ContentId, double ContentOffsetSeconds, RenderedCommenter Commenter, RenderedMessage Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RenderedFile))]
[JsonSerializable(typeof(RenderedStreamer))]
[JsonSerializable(typeof(RenderedVideo))]
[JsonSerializable(typeof(RenderedComment))]
internal sealed partial class RenderedJson : JsonSerializerContext
{
    /// <summary>Emoji and every script are written as themselves.</summary>
    public static RenderedJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
