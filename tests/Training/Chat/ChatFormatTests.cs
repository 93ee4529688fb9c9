using System.Text;
using CsCheck;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

public sealed class ChatFormatTests
{
    private static readonly ChatLogOptions _options = new() { StreamStart = Logs.Start };

    public static TheoryData<ChatFormat> Formats => [.. Logs.All.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_format_gives_the_same_comments(ChatFormat format)
    {
        ChatLogResult result = Logs.Read(Logs.All[format], _options);

        Assert.Equal(format, result.Report.Format);
        Assert.Equal(Logs.Comments.Select(c => c.Text), result.Texts());
        Assert.Equal(Logs.Comments.Select(c => c.Seconds), result.Seconds().Select(Math.Floor));
        Assert.Equal([0, 1, 0, 2, 0, 1], result.Comments.Select(c => c.Author));
        Assert.Equal(3, result.Report.AuthorCount);
        Assert.Equal(0, result.Report.CountOf(DropReason.Unparsable));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Gzip_a_byte_order_mark_line_ends_of_Windows_and_UTF16_change_nothing(ChatFormat format)
    {
        string windows = Logs.All[format].Replace("\n", "\r\n", StringComparison.Ordinal);
        byte[] marked = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(windows)];
        byte[] wide = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(windows)];

        foreach (byte[] log in (byte[][])[marked, Logs.Gzip(marked), wide, Logs.Gzip(wide)])
        {
            ChatLogResult result = Logs.Read(log, _options);
            Assert.Equal(format, result.Report.Format);
            Assert.Equal(Logs.Comments.Select(c => c.Text), result.Texts());
        }
    }

    [Fact]
    public void Every_format_has_a_log_here()
    {
        Assert.Equal(Enum.GetValues<ChatFormat>(), Logs.All.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_truncated_log_is_used_as_far_as_it_goes(ChatFormat format)
    {
        byte[] log = Encoding.UTF8.GetBytes(Logs.All[format]);
        int lastComment = Logs.All[format].IndexOf("still", StringComparison.Ordinal);
        byte[] cut = log[..(Encoding.UTF8.GetByteCount(Logs.All[format].AsSpan(0, lastComment)) + 2)];

        ChatLogResult result = Logs.Read(cut, _options);

        Assert.Equal(Logs.Comments.Take(5).Select(c => c.Text), result.Texts().Take(5));
        Assert.Equal(6, result.Report.KeptCount + result.Report.CountOf(DropReason.Unparsable));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_damaged_log_gives_a_result_that_adds_up_or_an_error_for_people(ChatFormat format)
    {
        byte[] good = Encoding.UTF8.GetBytes(Logs.All[format]);
        ChatLogOptions options = _options with { MaxUnparsableShare = 1 };
        var edits = Gen.Select(Gen.Int[0, good.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf("\"{}[]<>,:\n\\ 0-&"u8.ToArray()))).Array[0, 6];

        Gen.Select(Gen.OneOf(Gen.Const(good.Length), Gen.Int[0, good.Length]), edits, Gen.Bool).ForEach(sample =>
        {
            (int length, (int, byte)[] changes, bool packed) = sample;
            byte[] log = good[..length];
            foreach ((int at, byte value) in changes.Where(change => change.Item1 < length))
                log[at] = value;
            if (packed)
            {
                log = Logs.Gzip(log);
                log = log[..Math.Min(log.Length, length)];
            }

            try
            {
                ParseReport report = Logs.Read(log, options).Report;
                Assert.Equal(report.RecordCount, report.KeptCount + report.Dropped.Sum(dropped => dropped.Count));
            }
            catch (TwitchException e)
            {
                Assert.Equal(ExitCode.BadInput, e.ExitCode);
            }
        }, count: 400);
    }

    [Fact]
    public void Bytes_of_any_kind_are_a_log_or_an_error_for_people()
    {
        string alphabet = "[]{}<>\"':,|#@! \n\r\t0123456789-.&;dpi/=PRIVMSGabc\u200dé👍";
        Gen<string> text = Gen.OneOf(alphabet.Select(c => c.ToString()).ToArray()).Array[0, 200].Select(string.Concat);

        text.ForEach(log =>
        {
            try
            {
                Logs.Read(log, _options);
            }
            catch (TwitchException e)
            {
                Assert.Equal(ExitCode.BadInput, e.ExitCode);
            }
        }, count: 3000);
    }

    [Theory]
    [InlineData(ChatFormat.TwitchDownloaderText)]
    [InlineData(ChatFormat.TcdIrc)]
    [InlineData(ChatFormat.ChatDownloaderText)]
    [InlineData(ChatFormat.ChatDownloaderCsv)]
    [InlineData(ChatFormat.JsonLines)]
    public void What_is_written_as_text_is_read_back(ChatFormat format)
    {
        Gen<string> word = Gen.OneOf(Gen.Char['!', '~'].Array[1, 8].Select(string.Concat).Where(text => Placeholders.Put(text) == text), Gen.OneOf("привет", "👨‍👩‍👧", "مرحبا", "KEKW", "ＬＵＬ"));
        Gen<(int, string)> comment = Gen.Select(Gen.Int[0, 200_000], word.Array[1, 6].Select(words => string.Join(' ', words)));
        var keepAll = new ChatLogOptions { DropBots = false, DropCommands = false };

        comment.Array[1, 20].ForEach(unsorted =>
        {
            (int, string)[] comments = [.. unsorted.OrderBy(c => c.Item1)];
            string log = format == ChatFormat.ChatDownloaderCsv ? "time_in_seconds,message,author.name\r\n" : "";
            log += string.Concat(comments.Select(c => Line(format, c.Item1, c.Item2)));

            ChatLogResult result = Logs.Read(log, keepAll);

            Assert.Equal(comments.OrderBy(c => c.Item1).Select(c => ((double)c.Item1, c.Item2)), result.Seconds().Zip(result.Texts()));
        }, count: 200);
    }

    private static string Line(ChatFormat format, int seconds, string text) => format switch
    {
        ChatFormat.TwitchDownloaderText => $"[{Logs.Clock(seconds)}] Bob: {text}\n",
        ChatFormat.TcdIrc => $"[{Logs.Clock(seconds)}] <Bob> {text}\n",
        ChatFormat.ChatDownloaderText => $"{Logs.Clock(seconds)} | Bob: {text}\n",
        ChatFormat.ChatDownloaderCsv => $"{seconds},\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",Bob\r\n",
        _ => $"{{\"time_in_seconds\": {seconds}, \"message\": {Logs.Json(text)}, \"author\": {{\"name\": \"Bob\"}}}}\n",
    };
}
