using System.Text;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

/// <summary>Logs of the kinds that people have and that are easily misread.</summary>
public sealed class ChatKindTests
{
    private static readonly ChatLogOptions _start = new() { StreamStart = Logs.Start };

    private static ChatLogResult ReadFixture(string name, ChatLogOptions? options = null) =>
        ChatLog.Read(Path.Combine(AppContext.BaseDirectory, "Fixtures", "chat", name), options ?? new());

    [Fact]
    public void A_text_of_one_word_needs_no_colon_in_raw_irc()
    {
        ChatLogResult result = Logs.Read("""
            @display-name=Bob;tmi-sent-ts=1741636801000 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan KEKW
            @display-name=Bob;rm-received-ts=1741636802000 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :so good
            @display-name=Bob;tmi-sent-ts=1741636803000 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan ::)
            @display-name=Bob;tmi-sent-ts=1741636803500 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan
            """, _start with { MaxUnparsableShare = 0.3 });

        Assert.Equal(["KEKW", "so good", ":)"], result.Texts());
        Assert.Equal(1, result.Report.CountOf(DropReason.Unparsable));
    }

    [Fact]
    public void Raw_irc_without_tags_is_placed_by_the_time_that_a_logger_wrote()
    {
        string said = ":bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :hi";

        Assert.Equal([5.0], Logs.Read($"[2025-03-10 20:00:05] {said}\n", _start).Seconds());
        Assert.Equal([5.0], Logs.Read($"1741636805 {said}\n", _start).Seconds());
        Assert.Equal([5.25], Logs.Read($"2025-03-10T20:00:05.250Z {said}\n", _start).Seconds());
        Assert.Equal([5.25], Logs.Read($"@time=2025-03-10T20:00:05.250Z {said}\n", _start).Seconds());
        Assert.Equal([10.0], Logs.Read($"[0:00:10] {said}\n").Seconds());
    }

    [Fact]
    public void Notices_among_comments_are_counted_and_not_learnt()
    {
        ChatLogResult result = ReadFixture("notices-milestones.json");

        Assert.Equal(["what a jump", "what a jump"], result.Texts());
        Assert.Equal(8, result.Report.CountOf(DropReason.Notice));
    }

    [Theory]
    [InlineData("Bob: Donated USD 20 to support A House for Cats, Inc.", true)]
    [InlineData("bits badge tier notification", true)]
    [InlineData("just earned a new 100 Bits badge!", true)]
    [InlineData("Bob sparked a watch streak!", true)]
    [InlineData("1 raiders from Bob have joined!", true)]
    [InlineData("An anonymous user is gifting 5 Tier 1 Subs to chan's community!", true)]
    [InlineData("raiders from the other server have joined! hi", false)]
    [InlineData("5 raiders from Amy have joined!", false)]
    [InlineData("I watched 3 consecutive streams", false)]
    [InlineData("he just earned a new badge", false)]
    public void A_notice_is_told_from_what_only_resembles_it(string text, bool notice)
    {
        ChatLogResult result = Logs.Read($"[0:00:01] Amy: ok\n[0:00:02] Bob: {text}\n");

        Assert.Equal(notice ? 1 : 0, result.Report.CountOf(DropReason.Notice));
    }

    [Fact]
    public void Chatterinos_localized_names_are_no_notices()
    {
        ChatLogResult result = ReadFixture("chatterino-localized-names.log", new() { StreamStart = new DateTimeOffset(2025, 6, 1, 20, 0, 0, TimeSpan.Zero) });

        Assert.Equal(["what a jump", "what a jump", "that boss again", "that boss again", "nice one", "nice one"], result.Texts());
        Assert.Equal([0, 1, 2, 3, 0, 1], result.Comments.Select(c => c.Author));
        Assert.Equal((0, 3), (result.Report.CountOf(DropReason.Unparsable), result.Report.CountOf(DropReason.Notice)));
        Assert.DoesNotContain("ひまわり", result.Report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Chatterino_with_Twitchs_times_goes_back_over_midnight()
    {
        ChatLogResult result = ReadFixture("chatterino-next-day.log", new() { StreamStart = new DateTimeOffset(2025, 6, 1, 23, 59, 0, TimeSpan.Zero) });

        Assert.Equal([59, 62, 65, 67, 69.0], result.Seconds());
    }

    [Theory]
    [InlineData("[8:00:05 pm]  bob: hi", 5, false)]
    [InlineData("[08:00:05 PM]  bob: hi", 5, false)]
    [InlineData("[20:00:05.250]  bob: hi", 5.25, false)]
    [InlineData("[20:01]  bob: hi", 60, true)]
    [InlineData("[8:01 pm]  bob: hi", 60, true)]
    [InlineData("[12:00:05 am]  bob: hi", 4 * 3600 + 5, false)]
    public void Chatterino_writes_its_times_in_many_ways(string line, double seconds, bool minutes)
    {
        ChatLogResult result = Logs.Read($"# Start logging at 2025-03-10 20:00:00 UTC\n{line}\n", _start);

        Assert.Equal([seconds], result.Seconds());
        Assert.Equal(minutes, result.Report.Notes.Any(note => note.Contains("whole minutes", StringComparison.Ordinal)));
    }

    [Fact]
    public void Bilibili_authors_without_a_number_are_told_apart_by_name_and_super_chats_count()
    {
        ChatLogResult all = ReadFixture("bilibili-uid0.xml"), shared = ReadFixture("bilibili-uid0.xml", new() { MinAuthors = 2 });

        Assert.Equal(["好球", "好球", "哈哈哈", "哈哈哈", "来了", "来了", "主播加油"], all.Texts());
        Assert.Equal([0, 1, 2, 0, 3, 1, 4], all.Comments.Select(c => c.Author));
        Assert.All(Assert.Single(all.Report.Dropped, dropped => dropped is { Reason: DropReason.Notice, Count: 2 }).Examples, example => Assert.StartsWith("<xxx", example.Excerpt, StringComparison.Ordinal));
        Assert.Equal((6, 1), (shared.Comments.Count, shared.Report.CountOf(DropReason.FewAuthors)));
    }

    [Fact]
    public void One_danmaku_that_is_no_xml_costs_itself_alone()
    {
        ChatLogResult result = ReadFixture("bilibili-unescaped.xml");

        Assert.Equal((37, 3), (result.Comments.Count, result.Report.CountOf(DropReason.Unparsable)));
        Assert.Equal([14, 15, 16L], result.Report.Dropped.Single().Examples.Select(example => example.Position));
    }

    [Fact]
    public void A_danmaku_that_is_never_closed_costs_itself_alone()
    {
        ChatLogResult result = Logs.Read("<i>\n<d p=\"1,1,25,1,1,0,a,1\">one</d>\n<d p=\"2,1,25,1,1,0,b,2\">two\n<d p=\"3,1,25,1,1,0,c,3\">three</d>\n<d p=\"4,1,25,1,1,0,d,4>four</d>\n<d p=\"5,1,25,1,1,0,e,5\">five</d>\n<!-- <d p=\"6,1\">x</d> --></i>", new() { MaxUnparsableShare = 1 });

        Assert.Equal(["one", "three", "five"], result.Texts());
        Assert.Equal(2, result.Report.CountOf(DropReason.Unparsable));
    }

    [Fact]
    public void Clocks_that_begin_again_after_a_day_go_on()
    {
        ChatLogResult result = ReadFixture("over-24h.txt");

        Assert.Equal([86_380, 86_390, 86_405, 86_410.0], result.Seconds());
        Assert.Contains(result.Report.Notes, note => note.Contains("next day", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[23:59:50] a: x\n[24:00:05] b: y\n[23:59:59] c: z\n", new[] { 86_390.0, 86_399, 86_405 })]
    [InlineData("[23:59:58] a: x\n[0:00:01] b: y\n[23:59:59] c: z\n[0:00:02] d: w\n", new[] { 86_398.0, 86_399, 86_401, 86_402 })]
    [InlineData("[3:00:00] a: x\n[0:00:05] b: y\n", new[] { 5.0, 10_800 })]
    [InlineData("[23:59:50] <a> x\n[1 day, 0:00:05] <b> y\n", new[] { 86_390.0, 86_405 })]
    public void Clocks_that_count_on_or_are_out_of_order_are_left_alone(string log, double[] seconds)
    {
        Assert.Equal(seconds, Logs.Read(log).Seconds());
    }

    [Fact]
    public void A_text_log_that_was_cropped_says_how_to_shift_it()
    {
        string log = string.Concat(Enumerable.Range(20, 40).Select(i => $"[{Logs.Clock(i)}] bob: hm {i}\n"));

        ParseReport report = Logs.Read(log, new() { Duration = TimeSpan.FromSeconds(40) }).Report;

        Assert.Equal(19, report.CountOf(DropReason.OutsideRecording));
        string note = Assert.Single(report.Notes, note => note.Contains("outside the recording", StringComparison.Ordinal));
        Assert.Contains("from 0:00:20 to 0:00:59, the recording to 0:00:40", note, StringComparison.Ordinal);
        Assert.Contains("--chat-offset -20", note, StringComparison.Ordinal);
        Assert.Contains("--chat-offset -72005", Logs.Refused("[20:00:05] bob: hi\n[20:00:35] bob: hi\n", new() { Duration = TimeSpan.FromSeconds(40) }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_ends_long_before_its_recording_says_so()
    {
        string log = string.Concat(Enumerable.Range(0, 345).Select(i => $"[{Logs.Clock(i)}] bob: hm {i}\n"));
        var options = new ChatLogOptions { Duration = TimeSpan.FromSeconds(564) };

        Assert.Contains(Logs.Read(log, options).Report.Notes, note => note.Contains("the last comment is at 0:05:44, but the recording goes on to 0:09:24", StringComparison.Ordinal));
        Assert.Contains(Logs.Read(log, options with { Offset = TimeSpan.FromSeconds(219) }).Report.Notes, note => note.Contains("the first comment is at 0:03:39", StringComparison.Ordinal));
        Assert.Empty(Logs.Read(log, options with { Duration = TimeSpan.FromSeconds(380) }).Report.Notes);
    }

    [Theory]
    [InlineData(ChatFormat.TwitchDownloaderText)]
    [InlineData(ChatFormat.RawIrc)]
    [InlineData(ChatFormat.ChatDownloaderCsv)]
    [InlineData(ChatFormat.BilibiliXml)]
    [InlineData(ChatFormat.TwitchDownloaderHtml)]
    public void A_run_of_zero_bytes_is_counted_and_said(ChatFormat format)
    {
        string Line(int i) => format switch
        {
            ChatFormat.RawIrc => $"@display-name=bob;tmi-sent-ts={1741636800000 + i * 1000} :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :hm {i}\n",
            ChatFormat.ChatDownloaderCsv => $"{i},hm {i},bob\n",
            ChatFormat.BilibiliXml => $"<d p=\"{i},1,25,1,1,0,bob,9\">hm {i}</d>\n",
            ChatFormat.TwitchDownloaderHtml => $"<pre class=\"comment-root\">[{Logs.Clock(i)}] <a><span class=\"comment-author\">bob</span></a><span class=\"comment-message\">: hm {i}</span></pre>\n",
            _ => $"[{Logs.Clock(i)}] bob: hm {i}\n",
        };
        string start = format switch { ChatFormat.ChatDownloaderCsv => "time,message,author\n", ChatFormat.BilibiliXml => "<i>\n", ChatFormat.TwitchDownloaderHtml => "<html>\n", _ => "" };
        byte[] log = Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Range(0, 200).Select(Line)));
        int first = start.Length + string.Concat(Enumerable.Range(0, 50).Select(Line)).Length + 9, last = start.Length + string.Concat(Enumerable.Range(0, 100).Select(Line)).Length + 9;
        log.AsSpan(first..last).Clear();

        ParseReport report = Logs.Read(log, _start).Report;

        Assert.Equal(149, report.KeptCount);
        Assert.InRange(report.CountOf(DropReason.Unparsable), 1, 2);
        Assert.Contains(report.Notes, note => note.StartsWith($"{last - first:N0} zero bytes", StringComparison.Ordinal) && note.Contains($"in line {(start.Length > 0 ? 52 : 51)}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[10.03.2025 20:00:05] <Bob> hi\n")]
    [InlineData("[03/13/25 20:00:05] <Bob> hi\n", 3)]
    [InlineData("[13/03/2025 20:00:05] <Bob> hi\n", 3)]
    [InlineData("[Mon Mar 10 20:00:05 2025] <Bob> hi\n")]
    [InlineData("[Mo 10 Mär 2025 20:00:05 ] <Bob> hi\n")]
    [InlineData("[lun. 10 mars 2025 20:00:05] <Bob> hi\n")]
    [InlineData("[2025年03月10日 20時00分05秒] <Bob> hi\n")]
    [InlineData("[3/10/2025, 8:00:05 PM] <Bob> hi\n")]
    [InlineData("[2025/03/10 20:00:05] <Bob> hi\n")]
    [InlineData("[1741636805] <Bob> hi\n")]
    [InlineData("[10.03.25 20:00:05] Bob: hi\n")]
    public void Dates_of_many_countries_are_read(string log, int days = 0)
    {
        Assert.Equal([days * 86_400 + 5.0], Logs.Read(log, _start).Seconds());
    }

    [Fact]
    public void The_order_of_day_and_month_is_told_by_the_log_or_said_to_be_guessed()
    {
        string log = "[05/03/25 20:00:05] <Bob> hi\n", later = "[13/03/25 20:00:05] <Bob> ho\n";
        var march = new ChatLogOptions { StreamStart = new DateTimeOffset(2025, 3, 5, 20, 0, 0, TimeSpan.Zero) };

        Assert.Equal([5, 8 * 86_400 + 5.0], Logs.Read(log + later, march).Seconds());
        Assert.Contains(Logs.Read(log, march).Report.Notes, note => note.Contains("month first", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[", "9", "/03/25 20:00:05] <Bob> hi\n")]
    [InlineData("# Start logging at 2025-03-10 20:00:00 UTC\n[20:00:05] ", "名", ": hi\n")]
    [InlineData("1\n00:00:01,000 --> 00:00:02,000\n", "<b>", "\n\n")]
    [InlineData("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n", "<v ", "\n\n")]
    [InlineData("[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,", "{", "\n")]
    [InlineData("<i>\n<d p=\"1,1,25,1,1,0,a,1\">", "x\n", "</d></i>\n")]
    [InlineData(":", "a!", " PRIVMSG #c hi\n")]
    public void Long_runs_of_what_markup_begins_with_take_no_longer_than_reading_them(string start, string run, string end)
    {
        string log = start + string.Concat(Enumerable.Repeat(run, 300_000)) + end;

        try
        {
            Logs.Read(log, _start with { MaxUnparsableShare = 1 });
        }
        catch (TwitchException e)
        {
            Assert.Equal(ExitCode.BadInput, e.ExitCode);
        }
    }

    [Fact]
    public void Tcds_actions_are_comments()
    {
        ChatLogResult result = Logs.Read("[0:00:10] <@Bob> hi\n[0:00:11] *%Bob dances]\n[0:00:12] *Amy waves at all\n");

        Assert.Equal(["hi", "dances", "waves at all"], result.Texts());
        Assert.Equal([0, 0, 1], result.Comments.Select(c => c.Author));
    }

    [Fact]
    public void Money_without_a_word_is_empty()
    {
        ChatLogResult result = Logs.Read("20:34 | *$5.00* Bob: None\n20:35 | Bob: None\n20:36 | (Member) *€2.00* Amy: thanks\n");

        Assert.Equal(["None", "thanks"], result.Texts());
        Assert.Equal(1, result.Report.CountOf(DropReason.Empty));
    }

    [Theory]
    [InlineData("time,user,text\n0:00:05,Bob,hi\n")]
    [InlineData("Username;Message;Timestamp\nBob;hi;1741636805\n")]
    [InlineData("offset\tnick\tbody\n5\tBob\thi\n")]
    [InlineData("Date,Author,Content\n2025-03-10 20:00:05,Bob,hi\n")]
    [InlineData("created_at,display_name,msg\n2025-03-10T20:00:05Z,Bob,hi\n")]
    [InlineData("0:00:05, Bob, \"hi\"\n")]
    [InlineData("1741636805,Bob,hi\n")]
    public void Csv_columns_have_many_names(string log)
    {
        ChatLogResult result = Logs.Read(log, _start);

        Assert.Equal(ChatFormat.ChatDownloaderCsv, result.Report.Format);
        Assert.Equal([(5.0, "hi")], result.Seconds().Zip(result.Texts()));
    }

    [Theory]
    [InlineData("[1741636805] bob: hi\n")]
    [InlineData("1741636805.250 <bob> hi\n", 0.25)]
    [InlineData("1741636805000 #chan bob: hi\n")]
    [InlineData("2025-03-10 20:00:05 bob: hi\n")]
    [InlineData("2025-03-10T20:00:05Z | bob: hi\n")]
    [InlineData("0:00:05 bob: hi\n")]
    [InlineData("0:05\tbob\thi\n")]
    public void Times_of_any_kind_may_begin_a_line(string log, double more = 0)
    {
        Assert.Equal([(5.0 + more, "hi")], Logs.Read(log, _start) is var result ? result.Seconds().Zip(result.Texts()) : []);
    }

    [Fact]
    public void A_channel_may_stand_before_the_name()
    {
        Assert.Equal([5.0], Logs.Read("[2025-03-10 20:00:05] #chan bob: hi\n", _start).Seconds());
    }

    [Fact]
    public void Messages_of_a_logs_service_are_read_as_objects_too()
    {
        ChatLogResult result = Logs.Read("""
            {"messages": [
             {"text": "hi", "username": "bob", "displayName": "Bob", "channel": "chan", "timestamp": "2025-03-10T20:00:05.5Z", "type": 1, "tags": {"display-name": "Bob"}},
             {"text": "bob has been timed out", "username": "bob", "timestamp": "2025-03-10T20:00:06Z", "type": 2, "tags": {}}]}
            """, _start);

        Assert.Equal((ChatFormat.RecentMessages, 5.5), (result.Report.Format, Assert.Single(result.Seconds())));
        Assert.Equal(1, result.Report.CountOf(DropReason.Notice));
    }

    [Fact]
    public void Twitchs_own_edges_are_read()
    {
        ChatLogResult result = Logs.Read("""[{"cursor": "x", "node": {"contentOffsetSeconds": 5, "commenter": {"login": "bob", "displayName": "Bob"}, "message": {"fragments": [{"text": "Kappa"}, {"text": " hi"}]}}}]""");

        Assert.Equal((ChatFormat.TwitchDlJson, "Kappa hi"), (result.Report.Format, Assert.Single(result.Texts())));
    }

    [Fact]
    public void A_youtube_chat_has_emoji_money_and_what_is_no_comment()
    {
        string Action(string item, string offset) => $"{{\"replayChatItemAction\":{{\"actions\":[{{\"addChatItemAction\":{{\"item\":{item}}}}}],\"videoOffsetTimeMsec\":\"{offset}\"}}}}\n";
        ChatLogResult result = Logs.Read(
            Action("{\"liveChatTextMessageRenderer\":{\"message\":{\"runs\":[{\"text\":\"so \"},{\"emoji\":{\"emojiId\":\"UCx/y\",\"shortcuts\":[\":_hype:\"],\"isCustomEmoji\":true}},{\"emoji\":{\"emojiId\":\"😂\",\"shortcuts\":[\":joy:\"]}}]},\"authorName\":{\"simpleText\":\"Bob\"},\"timestampText\":{\"simpleText\":\"0:10\"}}}", "10500")
            + Action("{\"liveChatPaidMessageRenderer\":{\"message\":{\"runs\":[{\"text\":\"take it\"}]},\"authorName\":{\"simpleText\":\"Amy\"}}}", "11000")
            + Action("{\"liveChatMembershipItemRenderer\":{\"headerSubtext\":{\"simpleText\":\"Welcome\"}}}", "12000")
            + Action("{\"liveChatTextMessageRenderer\":{\"message\":{\"runs\":[{\"text\":\"early\"}]},\"authorName\":{\"simpleText\":\"Bob\"},\"timestampText\":{\"simpleText\":\"-0:13\"}}}", "0")
            + "{\"replayChatItemAction\":{\"actions\":[{\"addLiveChatTickerItemAction\":{}}],\"videoOffsetTimeMsec\":\"11000\"}}\n",
            new() { Offset = TimeSpan.FromSeconds(20) });

        Assert.Equal([(7.0, "early"), (30.5, "so :_hype: 😂"), (31, "take it")], result.Seconds().Zip(result.Texts()));
        Assert.Equal(2, result.Report.CountOf(DropReason.Notice));
    }

    [Fact]
    public void Subtitles_without_names_have_no_authors()
    {
        ChatLogResult result = Logs.Read("1\n00:00:01,000 --> 00:00:02,000\nso: <i>what</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}two\nlines\n\n3\n00:00:05,000 --> 00:00:06,000\n\n", new() { MinAuthors = 2 });

        Assert.Equal(["so: what", "{\\an8}two lines"], result.Texts());
        Assert.Equal(1, result.Report.CountOf(DropReason.Empty));
        Assert.Contains(result.Report.Notes, note => note.Contains("does not say who wrote what", StringComparison.Ordinal));
    }

    [Fact]
    public void Drawings_and_other_columns_of_ass_are_known()
    {
        ChatLogResult result = Logs.Read("[Script Info]\nTitle: x\n\n[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            + "Dialogue: Marked=0,0:00:10.50,0:00:12.00,Default,Bob,0000,0000,0000,,{\\c&#ff&}Bob {\\c&HFFFFFF&}hi, you\\Nthere\nDialogue: 0,0:00:11.00,0:00:12.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0{\\p0}\nComment: 0,0:00:11.00,0:00:12.00,Default,,0,0,0,,x\n");

        Assert.Equal([(10.5, "hi, you there")], result.Seconds().Zip(result.Texts()));
        Assert.Equal((6, 0), (result.Report.CountOf(DropReason.Notice), result.Report.CountOf(DropReason.Unparsable)));
    }
}
