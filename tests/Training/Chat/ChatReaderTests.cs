using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

public sealed class ChatReaderTests
{
    [Fact]
    public void TwitchDownloader_comments_are_read_in_all_their_ages()
    {
        ChatLogResult result = Logs.Read("""
            {"video": {"start": 0, "end": 60}, "embeddedData": {"firstParty": [{"data": "AAAA", "name": "x"}]},
             "comments": [
              {"content_offset_seconds": "1.5", "message": {"body": "offset is a string"}, "commenter": {"name": "a"}},
              {"message": {"user_badges": [{"_id": "vip", "version": "1"}], "fragments": [{"emoticon": {"emoticon_id": "25", "text": "x"}, "text": "Kappa"}, {"text": " in parts", "emoticon": null}], "body": null},
               "commenter": {"_id": "7", "display_name": "A", "name": "a", "bio": null, "created_at": "2015-01-01T00:00:00Z"}, "content_offset_seconds": 2},
              null,
              {"content_offset_seconds": 3, "commenter": null, "message": {"body": "nobody's", "emoticons": [{"_id": "25", "begin": 0, "end": 4}]}},
              {"content_offset_seconds": 4, "commenter": {"display_name": "Bob", "name": "bob"}, "message": {"body": "Bob subscribed at Tier 1. PogChamp", "user_notice_params": null}},
              {"content_offset_seconds": 5, "commenter": {"name": "bob"}, "message": {"body": "thanks for the raid", "user_notice_params": {"msg_id": "raid"}}},
              {"content_offset_seconds": 6, "commenter": {"name": "bob"}, "message": {"body": "half \ud83d an emoji"}},
             ]}
            """);

        Assert.Equal(["offset is a string", "Kappa in parts", "nobody's", "half an emoji"], result.Texts());
        Assert.Equal([1.5, 2, 3, 6], result.Seconds());
        Assert.Equal([0, 0, 1, 2], result.Comments.Select(c => c.Author));
        Assert.Equal(1, result.Report.CountOf(DropReason.Empty));
        Assert.Equal(2, result.Report.CountOf(DropReason.Notice));
    }

    [Theory]
    [InlineData("""{"video":{"start":300,"end":360},"comments":[{"content_offset_seconds":310,"message":{"body":"a"}},{"content_offset_seconds":299,"message":{"body":"b"}}]}""")]
    [InlineData("""{"comments":[{"content_offset_seconds":310,"message":{"body":"a"}},{"content_offset_seconds":299,"message":{"body":"b"}}],"video":{"end":"360","start":"300"}}""")]
    public void A_cropped_log_is_counted_from_where_its_recording_starts(string log)
    {
        ChatLogResult cropped = Logs.Read(log);
        ChatLogResult whole = Logs.Read(log, new() { CroppedRecording = false });

        Assert.Equal([10.0], cropped.Seconds());
        Assert.Equal(1, cropped.Report.CountOf(DropReason.OutsideRecording));
        Assert.Contains(cropped.Report.Notes, note => note.Contains("0:05:00", StringComparison.Ordinal));
        Assert.Equal([299.0, 310], whole.Seconds());
    }

    [Fact]
    public void A_cropped_log_that_counts_from_its_crop_is_left_alone()
    {
        ChatLogResult result = Logs.Read("""{"video":{"start":300,"end":360},"comments":[{"content_offset_seconds":10,"message":{"body":"a"}}]}""");

        Assert.Equal([10.0], result.Seconds());
    }

    [Fact]
    public void A_log_that_tells_the_streams_start_needs_no_option()
    {
        ChatLogResult result = Logs.Read("""
            {"comments": [{"created_at": "2025-03-10T20:00:07.5Z", "commenter": {"name": "a"}, "message": {"body": "hi"}}],
             "video": {"created_at": "2025-03-10T20:00:00Z"}}
            """);

        Assert.Equal([7.5], result.Seconds());
    }

    [Fact]
    public void A_bare_array_of_TwitchDownloader_comments_is_told_from_chat_downloaders()
    {
        ChatLogResult result = Logs.Read("""[{"content_offset_seconds": 1, "message": {"body": "hi"}}]""");

        Assert.Equal(ChatFormat.TwitchDownloaderJson, result.Report.Format);
    }

    [Fact]
    public void A_document_with_a_comment_a_line_is_not_taken_for_json_lines()
    {
        ChatLogResult result = Logs.Read("{\"comments\":[\n{\"content_offset_seconds\":1,\"message\":{\"body\":\"a\"}},\n{\"content_offset_seconds\":2,\"message\":{\"body\":\"b\"}}\n]}");

        Assert.Equal(ChatFormat.TwitchDownloaderJson, result.Report.Format);
        Assert.Equal(["a", "b"], result.Texts());
    }

    [Fact]
    public void Json_lines_go_on_after_a_broken_one()
    {
        string log = "{\"time_in_seconds\":1,\"mess\n" + string.Concat(Enumerable.Range(2, 5).Select(i => $"{{\"time_in_seconds\":{i},\"message\":\"hi\"}}\n"));

        ChatLogResult result = Logs.Read(log);

        Assert.Equal((5, 1), (result.Comments.Count, result.Report.CountOf(DropReason.Unparsable)));
    }

    [Fact]
    public void Objects_over_several_lines_without_a_list_are_read()
    {
        ChatLogResult result = Logs.Read("{\n \"time_in_seconds\": 1,\n \"message\": \"a\"\n}\n{\n \"time_in_seconds\": 2,\n \"message\": \"b\"\n}\n");

        Assert.Equal(["a", "b"], result.Texts());
    }

    [Theory]
    [InlineData("""{"time_in_seconds": -13.2, "time_text": "-0:13", "message": "early"}""", -13.2)]
    [InlineData("""{"time_text": "-1:00:13", "message": "early"}""", -3613)]
    [InlineData("""{"time_text": "1:00:13", "message": "late", "author": "Zorblax"}""", 3613)]
    [InlineData("""{"timestamp": 1741636805000000, "message": "dated"}""", 5)]
    [InlineData("""{"timestamp": 1741636805000, "message": "dated in ms"}""", 5)]
    public void Chat_downloader_tells_the_time_in_three_ways(string record, double seconds)
    {
        ChatLogResult result = Logs.Read("[" + record + "]", new() { Offset = TimeSpan.FromHours(2), StreamStart = Logs.Start });

        Assert.Equal([seconds + 7200], result.Seconds());
    }

    [Fact]
    public void Chat_downloader_events_are_notices()
    {
        ChatLogResult result = Logs.Read("""
            [{"time_in_seconds": 1, "message": "hi", "message_type": "text_message"},
             {"message_type": "ban_user", "banned_user": "Zorblax"},
             {"time_in_seconds": 2, "message": "12 months!", "message_type": "resubscription"},
             {"time_in_seconds": 3, "message": "take my money", "message_type": "paid_message"}]
            """);

        Assert.Equal(["hi", "take my money"], result.Texts());
        Assert.Equal(2, result.Report.CountOf(DropReason.Notice));
    }

    [Fact]
    public void Csv_fields_span_lines_and_a_quote_left_open_costs_one_row()
    {
        ChatLogResult result = Logs.Read("time_in_seconds,message,author\n1,\"two\nlines, \"\"quoted\"\"\",a\n2,plain,b\n3,\"left open,c\n4,after,d\n5,more,e\n6,end,f\n");

        Assert.Equal(["two lines, \"quoted\"", "plain", "after", "more", "end"], result.Texts());
        Dropped dropped = Assert.Single(result.Report.Dropped);
        Assert.Equal((DropReason.Unparsable, 5), (dropped.Reason, dropped.Examples[0].Position));
    }

    [Fact]
    public void Chat_downloader_text_has_badges_money_and_names_of_any_script()
    {
        ChatLogResult result = Logs.Read("""
            0:01 | Bob: hi
            -0:05 | Bob: before
            20:34 | (Moderator, 2-Month Subscriber) 田中 太郎: こんにちは: ね
            20:35 | (Member) *$5.00* Kind Person: take it
            20:36 | Bob has gifted a sub
            26:20:36 | Bob: (not a badge) ok
            """);

        Assert.Equal(["hi", "こんにちは: ね", "take it", "(not a badge) ok"], result.Texts());
        Assert.Equal([1, 1234, 1235, 94836.0], result.Seconds());
        Assert.Equal((1, 1), (result.Report.CountOf(DropReason.OutsideRecording), result.Report.CountOf(DropReason.Notice)));
    }

    [Fact]
    public void Dated_text_is_placed_by_the_streams_start()
    {
        var options = new ChatLogOptions { StreamStart = Logs.Start };

        Assert.Equal([5, 65.123], Logs.Read("[2025-03-10 20:00:05 UTC] Bob: hi\n[2025-03-10 20:01:05.123 UTC] Bob: ho\n", options).Seconds());
        Assert.Equal([5.0], Logs.Read("2025-03-10 20:00:05 | Bob: hi\n", options).Seconds());
    }

    [Fact]
    public void Tcd_names_carry_badge_signs()
    {
        ChatLogResult result = Logs.Read("[0:00:10,123] <@Bob> hi\n[0:00:11,5] <Bob> ho\n[26:00:11] <%Bob> <3 > :)\n");

        Assert.Equal(["hi", "ho", "<3 > :)"], result.Texts());
        Assert.Equal([10.123, 11.5, 93611], result.Seconds());
        Assert.Equal(1, result.Report.AuthorCount);
    }

    [Fact]
    public void Irc_tags_are_unescaped_and_only_messages_are_comments()
    {
        ChatLogResult result = Logs.Read("""
            :tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!
            @badges=moderator/1;display-name=Bob\sThe\sGreat\:;emotes=25:0-4;tmi-sent-ts=1741636801000 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :Kappa hi :)
            """ + "\n@display-name=Bob;tmi-sent-ts=1741636802000 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :\u0001ACTION dances\u0001\n" + """
            @display-name=Bob;msg-id=resub;system-msg=Bob\ssubscribed;tmi-sent-ts=1741636803000 :tmi.twitch.tv USERNOTICE #chan :12 months
            @ban-duration=600;tmi-sent-ts=1741636804000 :tmi.twitch.tv CLEARCHAT #chan :bob
            :bob!bob@bob.tmi.twitch.tv JOIN #chan
            PING :tmi.twitch.tv
            :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :no time
            """, new() { StreamStart = Logs.Start });

        Assert.Equal(["Kappa hi :)", "dances"], result.Texts());
        Assert.Equal([1.0, 2], result.Seconds());
        Assert.Equal((5, 1), (result.Report.CountOf(DropReason.Notice), result.Report.CountOf(DropReason.Unparsable)));
    }

    [Fact]
    public void Chatterino_days_roll_over_and_headers_set_them_anew()
    {
        ChatLogResult result = Logs.Read("""
            # Start logging at 2025-03-10 20:59:00 CET
            [21:00:05]  bob: hi
            [21:00:04]  amy: a second late
            [21:00:06]  bob has been timed out for 10m: spam.
            [23:59:59]  bob: night
            [00:00:01]  bob: morning
            # Stop logging at 2025-03-11 00:10:00 CET
            # Start logging at 2025-03-12 14:00:00 CEST
            [14:00:01]  bob: back
            """, new() { StreamStart = Logs.Start });

        Assert.Equal(["a second late", "hi", "night", "morning", "back"], result.Texts());
        Assert.Equal([4, 5, 10_799, 10_801, 2 * 86_400 - 8 * 3600 + 1.0], result.Seconds());
        Assert.Equal(4, result.Report.CountOf(DropReason.Notice));
    }

    [Theory]
    [InlineData("UTC", 5)]
    [InlineData("EST", 18_005)]
    [InlineData("+01:00", -3595)]
    [InlineData("GMT-3", 10_805)]
    public void Chatterino_zones_are_told_by_name_or_offset(string zone, double seconds)
    {
        ChatLogResult result = Logs.Read($"# Start logging at 2025-03-10 20:00:00 {zone}\n[20:00:05]  bob: hi\n", new() { StreamStart = Logs.Start, Offset = TimeSpan.FromHours(2) });

        Assert.Equal([seconds + 7200], result.Seconds());
    }

    [Fact]
    public void An_unknown_zone_is_taken_from_the_streams_start_and_noted()
    {
        ChatLogResult result = Logs.Read("# Start logging at 2025-03-10 20:00:00 XYZT\n[20:00:05]  bob: hi\n",
            new() { StreamStart = new DateTimeOffset(2025, 3, 10, 20, 0, 0, TimeSpan.FromHours(9)) });

        Assert.Equal([5.0], result.Seconds());
        Assert.Contains(result.Report.Notes, note => note.Contains("--stream-start", StringComparison.Ordinal));
    }

    [Fact]
    public void Html_emotes_are_their_names_and_entities_are_characters()
    {
        ChatLogResult result = Logs.Read("""
            <!DOCTYPE html><html><head><style>pre { margin: 0 }</style></head><body><pre class="comment-root">[0:00:10] <img class="emote-image badge-vip-1" title="vip""><div class="invis-text">vip</div> <a href="https://www.twitch.tv/tanaka" target="_blank"><span class="comment-author" >田中 (tanaka)</span></a><span class="comment-message">: it&#39;s <img class="emote-image" title="&lt;3" src="x"><div class="invis-text"><3</div> &amp; <img class="emote-image" title=">(" src="y"><div class="invis-text">>(</div> </span></pre><pre class="comment-root">[<a href="https://www.twitch.tv/videos/1?t=26h00m11s">2:00:11</a>] <a><span class="comment-author">Bob</span></a><span class="comment-message">: late</span></pre></body></html>
            """);

        Assert.Equal(["it's <3 & >(", "late"], result.Texts());
        Assert.Equal([10, 93_611.0], result.Seconds());
    }

    [Fact]
    public void Bilibili_comments_come_in_any_order_with_forbidden_characters()
    {
        ChatLogResult result = Logs.Read("<?xml version=\"1.0\"?>\n<i>\n<d p=\"16.675,1,25,16777215,1588305968,0,b00ca606,9\">later</d>\n<d p=\"2.5,4,25,1,1,0,aa,8\">a\u0008 &lt;b&gt;</d>\n<d p=\"3,8,25,1,1,0,aa,8\">run()</d>\n<d p=\"4\"/>\n</i>");

        Assert.Equal(["a <b>", "later"], result.Texts());
        Assert.Equal([2.5, 16.675], result.Seconds());
        Assert.Equal((1, 1), (result.Report.CountOf(DropReason.Notice), result.Report.CountOf(DropReason.Empty)));
    }

    [Fact]
    public void An_xml_entity_bomb_is_refused()
    {
        TwitchException e = Logs.Refused("<?xml version=\"1.0\"?><!DOCTYPE i [<!ENTITY a \"aaaa\">]><i><d p=\"1,1\">&a;</d></i>");

        Assert.Contains("well-formed", e.Message, StringComparison.Ordinal);
    }
}
