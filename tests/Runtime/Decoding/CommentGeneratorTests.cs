namespace Twitch.Runtime.Tests;

public class CommentGeneratorTests
{
    private static readonly Vocabulary Words = Vocabulary.FromWords(["gg", "Kappa", "lol"]);
    private static readonly ClipContext Clip = new([0], [0]);
    private static readonly SamplingOptions Greedy = new() { Temperature = 0, TopK = 0 };

    [Fact]
    public void Each_token_is_fed_back_and_the_end_mark_ends_the_comment()
    {
        var decoder = new ScriptedDecoder(Words.Count, 4, 6, 5);
        using var generator = new CommentGenerator(decoder, new Sampler(Words.Count), Clip, Greedy);

        Comment comment = generator.ToEnd(Words);

        Assert.Equal("gg lol Kappa", comment.Text);
        Assert.Equal([4, 6, 5], comment.Tokens);
        Assert.Equal([Vocabulary.Start, 4, 6, 5], decoder.Fed);
        Assert.All(comment.LogProbabilities, value => Assert.Equal(5 - Math.Log(Math.Exp(5) + Words.Count - 1), value, 1e-5));
    }

    [Fact]
    public void The_longest_length_ends_it_without_another_step()
    {
        var decoder = new ScriptedDecoder(Words.Count, 4, 4, 4, 4, 4);
        using var generator = new CommentGenerator(decoder, new Sampler(Words.Count), Clip, Greedy with { MaxLength = 3 });

        Assert.Equal([4, 4, 4], generator.ToEnd(Words).Tokens);
        Assert.Equal(3, decoder.Fed.Count);
        Assert.False(generator.TryNext(out _));
    }

    [Fact]
    public void A_comment_that_wants_to_end_at_once_says_a_word_first()
    {
        var decoder = new ScriptedDecoder(Words.Count);
        using var generator = new CommentGenerator(decoder, new Sampler(Words.Count), Clip, Greedy);

        Assert.True(generator.TryNext(out Token first));
        Assert.Equal(4, first.Id);    // all words are equal; the lowest id wins
        Assert.False(generator.TryNext(out _));
    }

    [Fact]
    public void The_same_seed_draws_the_same_comment()
    {
        var flat = new ScriptedDecoder(Words.Count, 0, 0, 0, 0, 0, 0, 0, 0);    // padding is banned, so every word is as likely
        var sampler = new Sampler(Words.Count);

        string[] texts = [.. new ulong[] { 1, 1, 2, 3, 4, 1 }.Select(seed =>
        {
            using var generator = new CommentGenerator(flat, sampler, Clip, new SamplingOptions { Seed = seed });
            return generator.ToEnd(Words).Text;
        })];

        Assert.Equal(texts[0], texts[1]);
        Assert.Equal(texts[0], texts[5]);
        Assert.True(texts.Distinct().Count() > 2);
        Assert.Equal(6, flat.ResetCount);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_their_command_line_names()
    {
        var e = Assert.Throws<TwitchException>(() => new CommentGenerator(new ScriptedDecoder(Words.Count), new Sampler(Words.Count), Clip, new SamplingOptions { TopK = 9 }));

        Assert.Equal("--top-k is 9; it must be in [0, 7], where 0 keeps every token.", e.Message);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
    }

    [Fact]
    public void A_disposed_generator_draws_nothing()
    {
        var generator = new CommentGenerator(new ScriptedDecoder(Words.Count, 4), new Sampler(Words.Count), Clip, Greedy);
        generator.Dispose();

        Assert.Throws<ObjectDisposedException>(() => generator.TryNext(out _));
    }
}
