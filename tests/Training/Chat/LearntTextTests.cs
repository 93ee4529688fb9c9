using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

/// <summary>What of a chat becomes text to learn from.</summary>
public sealed class LearntTextTests
{
    [Fact]
    public void Addresses_people_and_numbers_are_learnt_as_placeholders()
    {
        string log = "[0:00:01] Bob: clip https://a.example/x @Amy\n[0:00:02] Amy: mail a.b@example.com or +49 170 1234567\n[0:00:03] Bob: <EOS> <url> hi\n";

        Assert.Equal(["clip <URL> <MENTION>", "mail <EMAIL> or <NUMBER>", "EOS url hi"], Logs.Read(log).Texts());
    }

    [Fact]
    public void Names_of_the_chats_authors_are_learnt_as_mentions()
    {
        string log = "[0:00:01] Zorblax: hi\n[0:00:02] quenby_77: thanks Zorblax, nice\n[0:00:03] 田中 太郎: ZORBLAX's run and quenby_77!\n[0:00:04] Zorblax: 田中 太郎 hello\n[0:00:05] hello: hello\n";

        Assert.Equal(["hi", "thanks <MENTION> nice", "<MENTION> run and <MENTION>", "<MENTION> hello", "hello"], Logs.Read(log).Texts());
    }

    [Fact]
    public void A_name_stays_a_mention_whoever_many_people_say_it()
    {
        string log = "[0:00:01] pogchump: hi\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"[0:00:02] person{i}: Pogchump\n")) + "[0:00:03] Bob: so Pogchump\n";

        Assert.Equal("so <MENTION>", Logs.Read(log).Comments[^1].Text);
    }

    [Theory]
    [InlineData("Good Night All", "good night all", "good night all")]
    [InlineData("kappa", "Kappa nice", "Kappa nice")]
    [InlineData("Let's Go", "LET'S GO team", "LET'S GO team")]
    [InlineData("Good Zorblax", "good Zorblax gg", "<MENTION> gg")]
    public void A_name_of_ordinary_words_does_not_eat_the_phrase(string name, string said, string learnt)
    {
        string log = $"[{{\"time_in_seconds\":1,\"message\":\"hi\",\"author\":{{\"name\":\"{name}\",\"id\":\"1\"}}}},{{\"time_in_seconds\":2,\"message\":\"{said}\",\"author\":{{\"name\":\"someone_1\",\"id\":\"2\"}}}}]";

        Assert.Equal(learnt, Logs.Read(log).Comments[^1].Text);
    }

    [Fact]
    public void What_one_person_alone_says_is_not_learnt()
    {
        string log = "[0:00:01] Amy: what a great run\n[0:00:02] Bob: wow What A Great one\n[0:00:03] Cat: what a great\n[0:00:04] Bob: gg\n[0:00:05] Amy: GG\n[0:00:06] Bob: my own\n[0:00:07] Bob: my own\n";

        ChatLogResult result = Logs.Read(log, new() { MinAuthors = 2 });

        Assert.Equal(["what a great", "gg", "GG"], result.Texts());
        Assert.Equal(4, result.Report.CountOf(DropReason.FewAuthors));
        Assert.Equal(["what a great", "gg", "GG"], Logs.Read(log, new() { MinAuthors = 2, AuthorNgram = 4 }).Texts());
        Assert.Equal(["what a great"], Logs.Read(log, new() { MinAuthors = 3 }).Texts());
        Assert.Equal(7, Logs.Read(log).Comments.Count);
    }

    [Fact]
    public void What_is_said_in_a_part_that_stays_unseen_makes_nothing_learnt()
    {
        string log = "[0:00:01] Amy: what a run\n[0:00:02] Bob: gg\n[0:00:03] Cat: gg\n[0:00:20] Bob: what a run\n[0:00:21] Dan: gg\n[0:00:22] Amy: later\n[0:00:23] Bob: later\n";

        Assert.Equal(["what a run", "gg", "gg", "what a run", "gg", "later", "later"], Logs.Read(log, new() { MinAuthors = 2 }).Texts());
        Assert.Equal(["gg", "gg", "gg"], Logs.Read(log, new() { MinAuthors = 2, WordingUntil = TimeSpan.FromSeconds(10) }).Texts());
        Assert.Equal(["gg"], Logs.Read(log, new() { MinAuthors = 2, WordingUntil = TimeSpan.FromSeconds(10), Offset = TimeSpan.FromSeconds(-2.5) }).Texts().Distinct());    // on the recording's clock
    }

    [Fact]
    public void Everything_learnt_has_enough_authors_for_each_run_of_words()
    {
        string[] words = ["a", "b", "c", "d"];
        var random = new Random(5);
        (int Author, string Text)[] said = [.. Enumerable.Range(0, 600).Select(_ => (random.Next(12), string.Join(' ', Enumerable.Range(0, random.Next(1, 7)).Select(_ => words[random.Next(4)]))))];
        string log = string.Concat(said.Select((each, i) => $"[{Logs.Clock(i)}] user{each.Author}: {each.Text}\n"));

        string[] learnt = [.. Logs.Read(log, new() { MinAuthors = 3, AuthorNgram = 4 }).Texts()];

        Assert.Equal(said.Where(each => Shared(each.Text)).Select(each => each.Text), learnt);
        Assert.InRange(learnt.Length, 100, 580);

        bool Shared(string text)
        {
            string[] own = text.Split(' ');
            int length = Math.Min(own.Length, 4);
            return Enumerable.Range(0, own.Length - length + 1).All(at =>
                said.Where(each => $" {each.Text} ".Contains($" {string.Join(' ', own[at..(at + length)])} ", StringComparison.Ordinal)).Select(each => each.Author).Distinct().Count() >= 3);
        }
    }

    [Fact]
    public void A_log_without_authors_says_that_the_minimum_cannot_be_applied()
    {
        string log = "[{\"time_in_seconds\":1,\"message\":\"hi there\"},{\"time_in_seconds\":2,\"message\":\"ho\"}]";

        ChatLogResult result = Logs.Read(log, new() { MinAuthors = 2 });

        Assert.Equal(["hi there", "ho"], result.Texts());
        Assert.Contains(result.Report.Notes, note => note.Contains("--min-authors", StringComparison.Ordinal));
    }

    [Fact]
    public void A_banned_word_is_not_quoted_in_the_report()
    {
        ParseReport report = Logs.Read("[0:00:01] Bob: hi\n[0:00:02] Amy: you b l o r p you\n", new() { BannedWords = ["blorp"] }).Report;

        Assert.Equal((1, "xxx x x x x x xxx"), (report.CountOf(DropReason.BannedWord), report.Dropped[0].Examples[0].Excerpt));
    }

    [Theory]
    [InlineData(0, 3, "--min-authors")]
    [InlineData(2, 0, "--author-ngram")]
    public void Options_out_of_range_are_told(int minAuthors, int ngram, string option)
    {
        TwitchException e = Logs.Refused("[0:00:01] Bob: hi\n", new() { MinAuthors = minAuthors, AuthorNgram = ngram });

        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.StartsWith(option, e.Message, StringComparison.Ordinal);
    }
}
