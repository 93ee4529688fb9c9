using System.Text;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

public sealed class ChatLogTests
{
    [Theory]
    [InlineData("[0:00:10] Nightbot: hello", DropReason.Bot)]
    [InlineData("[0:00:10] MyBot: hello", DropReason.Bot)]
    [InlineData("[0:00:10] Bob: !so someone", DropReason.Command)]
    [InlineData("[0:00:10] Bob: https://a.example/x", DropReason.Placeholders)]
    [InlineData("[0:00:10] Bob: @Amy (youtu.be/abc)", DropReason.Placeholders)]
    [InlineData("[0:00:10] Bob: you 8l0rp", DropReason.BannedWord)]
    [InlineData("[0:00:10] Bob: \u200b\u202e\U000E0000 ", DropReason.Empty)]
    [InlineData("[0:00:10] Bob:", DropReason.Empty)]
    [InlineData("[0:00:10] Bob: Bob subscribed with Prime.", DropReason.Notice)]
    [InlineData("[9:00:10] Bob: late", DropReason.OutsideRecording)]
    [InlineData("[-0:00:10] Bob: early", DropReason.OutsideRecording)]
    public void Each_filter_counts_what_it_drops(string line, DropReason reason)
    {
        ParseReport report = Logs.Read("[0:00:01] Amy: ok\n" + line, new() { Duration = TimeSpan.FromHours(1), ExtraBots = ["mybot"], BannedWords = ["blorp"] }).Report;

        Dropped dropped = Assert.Single(report.Dropped);
        Assert.Equal((reason, 1, 2), (dropped.Reason, dropped.Count, Assert.Single(dropped.Examples).Position));
        Assert.Equal(1, report.KeptCount);
    }

    [Fact]
    public void Filters_can_be_switched_off()
    {
        string log = "[0:00:01] Nightbot: hello\n[0:00:02] Bob: !so x\n[0:00:03] Bob: kys\n";

        Assert.Equal(3, Logs.Read(log, new() { DropBots = false, DropCommands = false, BannedWords = [] }).Comments.Count);
        Assert.Equal(["hello"], Logs.Read(log, new() { AllowedBots = ["NightBot"] }).Texts());
    }

    [Theory]
    [InlineData("!!! wow")]
    [InlineData("!")]
    [InlineData("hm...what")]
    [InlineData("gg.wp")]
    [InlineData("10.5 fps")]
    public void What_only_resembles_a_command_or_link_is_kept(string text)
    {
        Assert.Equal([text], Logs.Read($"[0:00:01] Bob: {text}").Texts());
    }

    [Theory]
    [InlineData("  a \t b  ", "a b")]
    [InlineData("a\u200bb\u202ec\u0007", "abc")]
    [InlineData("👨‍👩‍👧 family", "👨‍👩‍👧 family")]
    [InlineData("می‌خواهم", "می‌خواهم")]
    [InlineData("Kappa \U000E0000", "Kappa")]
    [InlineData("مرحبا שלום", "مرحبا שלום")]
    public void Text_keeps_what_is_seen(string text, string clean)
    {
        Assert.Equal([clean], Logs.Read($"[0:00:01] Bob: {text}").Texts());
    }

    [Fact]
    public void Long_lines_are_normal_and_endless_ones_cost_a_line()
    {
        string log = $"[0:00:01] Bob: {new string('a', 10_000)}\n[0:00:02] Bob: {new string('b', 3_000_000)}\n" + string.Concat(Enumerable.Repeat("[99:00:03] Bob: c\n", 5));

        ChatLogResult result = Logs.Read(log);

        Assert.Equal(10_000, result.Comments[0].Text.Length);
        Assert.Equal((6, 1), (result.Comments.Count, result.Report.CountOf(DropReason.Unparsable)));
    }

    [Fact]
    public void Comments_of_one_moment_keep_the_logs_order()
    {
        ChatLogResult result = Logs.Read("[0:00:02] A: 1\n[0:00:01] B: 2\n[0:00:02] C: 3\n[0:00:01] D: 4\n");

        Assert.Equal(["2", "4", "1", "3"], result.Texts());
        Assert.Equal([0, 1, 2, 3], result.Comments.Select(c => c.Author));
    }

    [Fact]
    public void More_unparsable_lines_than_allowed_are_an_error_with_examples()
    {
        string log = "[0:00:01] Bob: hi\nZorblax what\n[0:00:03] Bob: hi\n[0:00:04] Bob: hi\n";

        TwitchException e = Logs.Refused(log);

        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains("1 of 4 lines", e.Message, StringComparison.Ordinal);
        Assert.Contains("chat.log:2 xxxxxxx xxxx", e.Message, StringComparison.Ordinal);
        Assert.Contains("--max-unparsable", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, Logs.Read(log, new() { MaxUnparsableShare = 0.25 }).Comments.Count);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \r\n\0", "empty")]
    [InlineData("Bob: hi\nAmy: ho\n", "resembles TwitchDownloader text most, but it stops at line 1 (xxx: xx), where stands a name and a text without times")]
    [InlineData("\n\nBob: hi\nAmy: ho\n", "stops at line 3")]
    [InlineData("message,author\nhi,bob\n", "resembles CSV most, but its header in line 1 names 2 columns")]
    [InlineData(":bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :hi\n:amy!amy@amy.tmi.twitch.tv PRIVMSG #chan :ho\n", "without tags, and so without a time; record the chat with the capability twitch.tv/tags")]
    [InlineData(":tmi.twitch.tv 001 x :hi\n:a!a@a JOIN #c\n:a!a@a JOIN #c\n:bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :hi\n", "without tags, and so without a time")]
    [InlineData("[03/10/25] <Bob> hi\n[03/10/25] <@Amy> ho\n", "a date without a time of day in the brackets, and so no time; in tcd's settings write {timestamp[relative]}")]
    [InlineData("[20:00:05]  bob: hi\n[20:00:06]  amy: hi\n", "resembles Chatterino log most, but it stops at line 1 ([00:00:00] xxx: xx), where stands no line '# Start logging at'")]
    [InlineData("[10:00] what happened\n[10:01] then this\n", "a time without a name and a colon behind it")]
    [InlineData("[soon] Bob: hi\n[later] Amy: hi\n", "brackets that hold no time")]
    [InlineData("{\"id\": 5, \"title\": \"a video\"}", "no list 'comments' or 'messages'")]
    [InlineData("{\"id\": 5}\n{\"id\": 6}\n", "an object without a time and a text")]
    [InlineData("{}", "no list 'comments' or 'messages'")]
    [InlineData("abcdftypisom", "a recording (picture or sound), no chat log; give the recording to --video")]
    [InlineData("Dear diary,\ntoday I watched a stream.\n", "no known")]
    [InlineData("{\"comments\":[]}", "no timed comment")]
    [InlineData("[]", "no timed comment")]
    [InlineData("<html><body></body></html>", "no timed comment")]
    [InlineData("[{\"message\":\"hi\"}]", "without a time")]
    [InlineData("[10:00 UTC] Bob: hi\n[10:01 UTC] Bob: ho\n", "a time of day with a zone and no date")]
    [InlineData("PK\u0003\u0004", "zip")]
    [InlineData("[0:00:01] Nightbot: hi\n", "no comment is left")]
    public void A_log_without_a_usable_comment_is_refused_plainly(string log, string needed)
    {
        TwitchException e = Logs.Refused(log);

        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.StartsWith("folder/chat.log: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(needed, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChatFormat.RawIrc)]
    [InlineData(ChatFormat.Chatterino)]
    public void Dates_need_the_streams_start(ChatFormat format)
    {
        Assert.Contains("--stream-start", Logs.Refused(Logs.All[format]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_another_recording_is_refused()
    {
        TwitchException e = Logs.Refused("[5:00:00] Bob: hi\n", new() { Duration = TimeSpan.FromMinutes(1) });

        Assert.Contains("another recording", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_json_log_broken_early_is_refused_although_few_records_are()
    {
        string good = string.Join(",", Enumerable.Range(0, 100).Select(i => $"{{\"time_in_seconds\":{i},\"message\":\"hi\"}}"));

        TwitchException e = Logs.Refused("[" + good + ",}}" + new string(' ', 200_000) + "]");

        Assert.Contains("of the log follows where it breaks", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_a_folder_and_bad_options_are_told_apart()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Assert.Contains("cannot be read", Assert.Throws<TwitchException>(() => ChatLog.Read(Path.Combine(folder, "none"), new())).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be read", Assert.Throws<TwitchException>(() => ChatLog.Read(folder, new())).Message, StringComparison.Ordinal);
            string path = Path.Combine(folder, "log.mp4");
            File.WriteAllBytes(path, Logs.Gzip(Encoding.UTF8.GetBytes("[0:00:01] Bob: hi")));
            Assert.Equal("log.mp4", ChatLog.Read(path, new()).Report.Source);
            Assert.Equal(ExitCode.Usage, Assert.Throws<TwitchException>(() => ChatLog.Read(path, new() { MaxUnparsableShare = double.NaN })).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_cut_archive_is_used_as_far_as_it_goes()
    {
        var random = new Random(1);
        string log = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"[{Logs.Clock(i)}] Bob: hm {random.Next(1_000_000)}\n"));
        byte[] packed = Logs.Gzip(Encoding.UTF8.GetBytes(log));

        ChatLogResult result = Logs.Read(packed[..(packed.Length / 2)]);

        Assert.InRange(result.Comments.Count, 5_000, 15_000);
        Assert.Contains(result.Report.Notes, note => note.Contains("cut", StringComparison.Ordinal));
    }

    [Fact]
    public void The_report_names_nobody()
    {
        string[] names = ["Zorblax", "quenby_77", "田中 太郎", "O'Mara"];
        var log = new StringBuilder();
        foreach (string name in names)
        {
            foreach (string other in names)
                log.AppendLine($"[0:00:01] {name}: !hug {other} and @{name} https://twitch.tv/{other}").AppendLine($"[0:00:02] {name}: www.{other}.tv/{name}").AppendLine($"{name} timed out {other}");
            log.AppendLine($"[0:00:03] {name}: {name} subscribed with Prime.").AppendLine($"[9:00:03] {name}: bye {name}").AppendLine($"[0:00:04] {name}: ok");
        }

        ParseReport report = Logs.Read(log.ToString(), new() { Duration = TimeSpan.FromHours(1), MaxUnparsableShare = 1, ExtraBots = ["o'mara"] }).Report;
        TwitchException refused = Logs.Refused(log.ToString(), new() { MaxUnparsableShare = 0.01 });

        Assert.Equal(6, report.Dropped.Count);
        foreach (string name in names)
        {
            foreach (string written in (string[])[report.ToString(), refused.Message])
                Assert.DoesNotContain(name, written, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void The_report_reads_well()
    {
        ParseReport report = Logs.Read("[0:00:01] Bob: hi\n[0:00:02] Bob: !up now\n[0:00:03] Amy: hi\n").Report;

        Assert.Equal(
        [
            "chat.log: TwitchDownloader text, 3 lines read, 2 comments by 2 people kept",
            "  dropped 1: command",
            "    chat.log:2  !up now",
        ], report.Lines());
    }
}
