namespace Twitch.Runtime.Tests;

/// <summary>Drawing from a vocabulary that spells words, and around what may not be said.</summary>
public class SubwordDrawTests
{
    private static readonly Vocabulary Words = Vocabulary.BuildSubwords(
        ["gg wp gg wp", "hello chat hello chat", "singing ringing", "bringing", "clinging winging", "привет", "こんにちは"], maxSize: 600);

    private static readonly SpeechRules Everything = new(BannedWords.None);
    private static readonly SamplingOptions Flat = new() { Temperature = 1, TopK = 0, MaxLength = 6 };

    [Fact]
    public void Whatever_the_logits_are_the_text_is_whole_words_of_well_formed_characters()
    {
        var random = new Random(1);
        var sampler = new Sampler(new DrawRules(Words, Everything));
        for (int i = 0; i < 300; i++)
        {
            int[] tokens = Draw(sampler, Flat with { Seed = (ulong)i, TopK = i % 3 == 0 ? 0 : 5 + i % 40, Temperature = i % 7 == 0 ? 0 : 1 }, random);
            string text = Words.Decode(tokens);

            Assert.DoesNotContain('\uFFFD', text);
            Assert.True(text.Split(' ').Length <= 6, text);
            if (tokens.Length < SamplingOptions.MostTokens(6))
                Assert.True(tokens.Length == 0 || Words.EndsWord(tokens[^1]));
            Assert.Equal(tokens.Count(Words.EndsWord), text.Length == 0 ? 0 : text.Split(' ').Length);
        }
    }

    [Fact]
    public void The_longest_length_counts_words_however_they_are_spelt()
    {
        int[] said = Words.Encode("zanzibar quux hello");
        var decoder = new ScriptedDecoder(Words.Count, [.. said, .. said]);
        using var generator = new CommentGenerator(decoder, new Sampler(new DrawRules(Words, Everything)), new ClipContext([0], [0]), new SamplingOptions { Temperature = 0, TopK = 0, MaxLength = 4 });

        Comment comment = generator.ToEnd(Words);

        Assert.Equal("zanzibar quux hello zanzibar", comment.Text);
        Assert.Equal(["zanzibar", "quux", "hello", "zanzibar"], comment.Words(Words).Select(word => word.Text));
        Assert.Equal(comment.LogProbabilities.Sum(), comment.Words(Words).Sum(word => word.LogProbability), 1e-4);
        Assert.Equal(comment.Tokens.Count, comment.Words(Words).Sum(word => word.TokenCount));
    }

    [Fact]
    public void The_most_likely_tokens_alone_draw_what_all_of_them_do()
    {
        var random = new Random(2);
        BlockedRuns blocked = BlockedRuns.Of(2, 2, [Run("gg wp"), Run("hello chat"), Run("wp gg")]);
        var rules = new DrawRules(Words, Everything, blocked);
        Sampler all = new(rules), few = new(rules);
        int decided = 0;
        for (int comment = 0; comment < 200; comment++)
        {
            SamplingOptions options = Flat with { Seed = (ulong)comment, TopK = 1 + comment % 9 };
            all.Begin(options);
            few.Begin(options);
            for (int step = 0; step < 12; step++)
            {
                float[] logits = Logits(random);
                int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(150)];
                var top = new TopTokens([.. order.Select(id => (long)id)], [.. order.Select(id => logits[id])], SoftmaxSum.Log(logits), null);
                Token expected = all.Draw(logits);
                if (few.TryDraw(top, out Token found))
                    decided++;
                else
                    found = few.Draw(logits);

                Assert.Equal(expected.Id, found.Id);
                if (expected.Id == Vocabulary.End)
                    break;
            }
        }
        Assert.True(decided > 300, $"{decided} were decided by the most likely tokens");
    }

    [Fact]
    public void A_run_of_too_few_people_is_not_completed_and_a_comment_still_comes_out()
    {
        BlockedRuns blocked = BlockedRuns.Of(2, 2, [Run("gg wp"), Run("gg hello"), Run("hello zanzibar")]);
        int[] said = Words.Encode("gg wp");
        var decoder = new ScriptedDecoder(Words.Count, [said[0], said[1]]);
        using var generator = new CommentGenerator(decoder, new Sampler(new DrawRules(Words, Everything, blocked)), new ClipContext([0], [0]), new SamplingOptions { Temperature = 0, TopK = 0, MinLength = 2 });

        Comment comment = generator.ToEnd(Words);

        Assert.StartsWith("gg ", comment.Text, StringComparison.Ordinal);
        Assert.False(blocked.AreIn(comment.Text));
    }

    [Theory]
    [InlineData("hello zanzibar")]    // spelt
    [InlineData("hello HELLO")]       // spelt, though it is a word
    public void A_spelt_word_is_checked_when_it_is_whole(string text)
    {
        BlockedRuns blocked = BlockedRuns.Of(2, 2, [Run(text.ToLowerInvariant())]);
        int[] said = [Words.Find("hello"), .. Spelt(text.Split(' ')[1]), Words.WordCount + 256];    // where it may not end, a sign comes, and then it may
        var decoder = new ScriptedDecoder(Words.Count, said);
        using var generator = new CommentGenerator(decoder, new Sampler(new DrawRules(Words, Everything, blocked)), new ClipContext([0], [0]), new SamplingOptions { Temperature = 0, TopK = 0 });

        string found = generator.ToEnd(Words).Text;

        Assert.StartsWith(text + '!', found, StringComparison.Ordinal);
        Assert.False(blocked.AreIn(found), found);
    }

    [Theory]
    [InlineData("blorp")]
    [InlineData("BLORP")]
    [InlineData("<MENTION>")]
    [InlineData("two\u3000words")]
    [InlineData("un\u200Bseen")]
    public void What_may_not_be_said_cannot_be_spelt(string word)
    {
        var rules = new SpeechRules(BannedWords.Parse(["blorp"], "test"));
        var decoder = new ScriptedDecoder(Words.Count, Spelt(word));
        using var generator = new CommentGenerator(decoder, new Sampler(new DrawRules(Words, rules)), new ClipContext([0], [0]), new SamplingOptions { Temperature = 0, TopK = 0 });

        string found = generator.ToEnd(Words).Text;

        Assert.True(decoder.Fed.Count > word.Length, "it was spelt, but for its end");
        Assert.NotEqual(word, found.Split(' ')[0]);
        Assert.Equal(CommentText.Clean(found), found);
        Assert.False(rules.Banned.AreIn(found));
    }

    private static ulong Run(string text) => BlockedRuns.HashOf([.. text.Split(' ').Select(BlockedRuns.HashOf)]);

    // Byte by byte, also where there is a whole word.
    private static int[] Spelt(string word) => [.. System.Text.Encoding.UTF8.GetBytes(word).Select(b => Words.WordCount + b), Words.WordCount + 256];

    private static float[] Logits(Random random) => [.. Enumerable.Range(0, Words.Count).Select(id => 3 * random.NextSingle() + (id < Words.WordCount ? 1 : 0))];

    private static int[] Draw(Sampler sampler, SamplingOptions options, Random random)
    {
        sampler.Begin(options);
        var tokens = new List<int>();
        while (true)
        {
            Token token = sampler.Draw(Logits(random));
            if (token.Id == Vocabulary.End)
                return [.. tokens];
            tokens.Add(token.Id);
        }
    }
}
