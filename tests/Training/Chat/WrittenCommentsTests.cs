using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Twitch.Live.Formats;
using Twitch.Runtime;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

/// <summary>What the runtime writes for other programs is read back: by our readers, and subtitles by ffmpeg.</summary>
public sealed class WrittenCommentsTests : IDisposable
{
    private static readonly (double Seconds, string Text)[] _comments =
    [
        (0, "hi"), (1.25, "a <b>bold</b> & \"quoted\" <i> &amp; claim"), (1.25, "{\\an8}up there {ok}"), (70, "00:00:05,000 --> 00:00:06,000"), (3723.5, "שלום 👍 日本"),
        (3724, "back\\slash \\N not a break"), (90_061.25, "still here"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("written-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(CommentFormats.SubRip, ChatFormat.SubRip)]
    [InlineData(CommentFormats.WebVtt, ChatFormat.WebVtt)]
    [InlineData(CommentFormats.Ass, ChatFormat.AssDanmaku)]
    [InlineData(CommentFormats.TwitchDownloader, ChatFormat.TwitchDownloaderJson)]
    public void Our_readers_read_what_is_written(string format, ChatFormat read)
    {
        ChatLogResult result = Logs.Read(Written(format));

        Assert.Equal(read, result.Report.Format);
        Assert.Equal(_comments.Select(c => (c.Seconds, c.Text)), result.Seconds().Zip(result.Texts()));
        Assert.Equal(0, result.Report.CountOf(DropReason.Unparsable));
    }

    [Theory]
    [InlineData(CommentFormats.SubRip)]
    [InlineData(CommentFormats.WebVtt)]
    [InlineData(CommentFormats.Ass)]
    public void Ffmpeg_reads_the_subtitles(string format)
    {
        string path = Path.Combine(_folder, "comments." + format);
        File.WriteAllText(path, Written(format));
        using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-f", "webvtt", "pipe:1"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = ffmpeg.StandardOutput.ReadToEnd(), errors = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();

        Assert.Equal((0, ""), (ffmpeg.ExitCode, errors));
        Assert.Equal(_comments.Length, Regex.Count(output, @"(?m)^[\d:]+\.\d{3} --> "));
        Assert.Contains("01:02:03.500 --> 01:02:08.500", output, StringComparison.Ordinal);
        foreach (string text in (string[])["hi", "bold", "up there", "שלום 👍 日本", "still here"])
            Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public void TwitchDownloader_finds_what_its_reader_and_renderer_need()
    {
        string written = Written(CommentFormats.TwitchDownloader);

        JsonElement root = JsonDocument.Parse(written).RootElement, first = root.GetProperty("comments")[0];
        Assert.Equal('{', written[0]);
        Assert.Equal((1, 4, 0), (root.GetProperty("FileInfo").GetProperty("Version").GetProperty("Major").GetInt32(), root.GetProperty("FileInfo").GetProperty("Version").GetProperty("Minor").GetInt32(), root.GetProperty("FileInfo").GetProperty("Version").GetProperty("Patch").GetInt32()));
        Assert.Equal((0, 90_067, 90_067), (root.GetProperty("video").GetProperty("start").GetDouble(), root.GetProperty("video").GetProperty("end").GetDouble(), root.GetProperty("video").GetProperty("length").GetDouble()));
        Assert.Equal("chat", first.GetProperty("commenter").GetProperty("display_name").GetString());
        Assert.Equal("hi", first.GetProperty("message").GetProperty("fragments")[0].GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("message").GetProperty("fragments")[0].GetProperty("emoticon").ValueKind);
        Assert.All(root.GetProperty("comments").EnumerateArray(), comment => Assert.True(comment.GetProperty("created_at").TryGetDateTime(out _)));
    }

    [Fact]
    public void A_file_is_whole_after_every_comment()
    {
        using var file = new MemoryStream();
        using var output = new StreamWriter(file, new UTF8Encoding(false));
        CommentOutput writer = CommentFormats.Of(CommentFormats.TwitchDownloader, output, "x", DateTimeOffset.UnixEpoch)!;
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(i, JsonDocument.Parse(Encoding.UTF8.GetString(file.ToArray())).RootElement.GetProperty("comments").GetArrayLength());
            writer.Write(Comment(i * 10_000, $"number {i}"));
        }

        writer.End();
        output.Flush();
        Assert.Equal(5, JsonDocument.Parse(Encoding.UTF8.GetString(file.ToArray())).RootElement.GetProperty("comments").GetArrayLength());
    }

    private static string Written(string format)
    {
        using var output = new StringWriter();
        CommentOutput writer = CommentFormats.Of(format, output, "a {title}\n", DateTimeOffset.UnixEpoch)!;
        foreach ((double seconds, string text) in _comments)
            writer.Write(Comment(seconds, text));
        writer.End();
        return output.ToString();
    }

    private static TimedComment Comment(double seconds, string text) => new(TimeSpan.FromSeconds(seconds), new Comment(text, [], []));
}
