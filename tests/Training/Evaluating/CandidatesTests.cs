using Twitch.Training.Chat;
using Twitch.Training.Evaluating;

namespace Twitch.Training.Tests;

public class CandidatesTests
{
    private static readonly HeldOut Chat = HeldOutChat();

    [Fact]
    public void A_hundred_distinct_candidates_hold_the_truth_once()
    {
        IReadOnlyList<CandidateSet> sets = Candidates.Build(Chat, seed: 1);

        Assert.Equal(Chat.Comments.Count, sets.Count);
        for (int i = 0; i < sets.Count; i++)
        {
            Assert.Equal(100, sets[i].Texts.Count);
            Assert.Equal(100, sets[i].Texts.Select(ChatText.Key).Distinct().Count());
            Assert.Equal(Chat.Comments[i].Text, sets[i].Texts[sets[i].Truth!.Value]);
            Assert.Equal(sets[i].Truth, Assert.Single(Enumerable.Range(0, 100), j => sets[i].Kinds![j] == CandidateKind.Truth));
            Assert.Equal(20, sets[i].Kinds!.Count(kind => kind == CandidateKind.Popular));
            Assert.InRange(sets[i].Kinds!.Count(kind => kind == CandidateKind.Plausible), 1, 20);
        }
        Assert.InRange(sets.Average(set => set.Truth!.Value), 35, 65);    // anywhere among them
    }

    [Fact]
    public void Protocol_sfat_ranks_ten()
    {
        IReadOnlyList<CandidateSet> sets = Candidates.Build(Chat, seed: 1, Protocol.Of("sfat"));

        Assert.All(sets, set => Assert.Equal(10, set.Texts.Select(ChatText.Key).Distinct().Count()));
        Assert.All(sets, set => Assert.Equal(2, set.Kinds!.Count(kind => kind == CandidateKind.Popular)));
        Assert.Equal(100, Protocol.Of("livebot").Count);
        Assert.Equal(ExitCode.Usage, Assert.Throws<TwitchException>(() => Protocol.Of("other")).ExitCode);
    }

    [Fact]
    public void Plausible_candidates_were_said_before()
    {
        IReadOnlyList<CandidateSet> sets = Candidates.Build(Chat, seed: 1);

        for (int i = 0; i < sets.Count; i++)
        {
            HashSet<string> past = [.. Chat.Training.Concat(Chat.Comments.Take(i).Select(comment => comment.Text)).Select(ChatText.Key)];
            Assert.All(Enumerable.Range(0, 100).Where(j => sets[i].Kinds![j] == CandidateKind.Plausible), j => Assert.Contains(ChatText.Key(sets[i].Texts[j]), past));
        }
    }

    [Fact]
    public void The_seed_decides()
    {
        Assert.Equal(Candidates.Build(Chat, seed: 1).Select(set => string.Join('|', set.Texts)), Candidates.Build(Chat, seed: 1).Select(set => string.Join('|', set.Texts)));
        Assert.NotEqual(Candidates.Build(Chat, seed: 1)[0].Texts, Candidates.Build(Chat, seed: 2)[0].Texts);
    }

    [Fact]
    public void Past_chat_finds_what_is_like_the_last_comments_and_knows_nothing_later()
    {
        var past = new PastChat();
        foreach (string text in (string[])["the cat is here", "the boss is big", "nice fish", "the end"])
            past.Know(text);
        past.Say("a Cat a cat");

        Assert.Equal(["a Cat a cat", "the cat is here"], past.Nearest());
        Assert.Equal(1, past.Likeness(["CAT a A cat"])[0], 1e-12);
        double[] likeness = past.Likeness(["the cat", "cat unheard", "fish", "unheard"]);
        Assert.True(likeness[0] > likeness[2] && likeness[1] > 0);
        Assert.Equal([0.0, 0.0], likeness[2..]);
    }

    [Fact]
    public void Rare_words_weigh_more()
    {
        var past = new PastChat();
        foreach (string text in (string[])["so wet", "so cold", "so hot", "the lava"])
            past.Know(text);
        past.Say("so lava");

        double[] likeness = past.Likeness(["so", "lava"]);

        Assert.True(likeness[1] > likeness[0]);
    }

    [Fact]
    public void Word_probabilities_sum_to_one_and_comments_said_before_are_likelier()
    {
        var unigrams = new Unigrams(Chat);

        // Without its <EOS>, the probability of each one-word comment is that of its word; the unseen words share <UNK>'s.
        double end = unigrams.Words("");
        double sum = Math.Exp(end) + Chat.Vocabulary.Words.Skip(Vocabulary.SpecialCount).Sum(word => Math.Exp(unigrams.Words(word) - end))
            + Chat.UnseenWords * Math.Exp(unigrams.Words("never-heard") - end);
        Assert.Equal(1, sum, 1e-9);
        Assert.Equal(2, Chat.UnseenWords);
        Assert.True(unigrams.Comment(Chat.Training[0]) > unigrams.Comment("w1 w2 w3 w4 w5 w6"));
        Assert.True(double.IsFinite(unigrams.Comment("never-heard never-heard")));
    }

    [Fact]
    public void Speech_is_counted()
    {
        SpeechFigures speech = Speech.Of(["gg gg gg", "gg monkaS", "KEKW"], ["GG  gg gg", "other"]);

        Assert.Equal(new SpeechFigures(3, Distinct1: 0.5, Distinct2: 0.6667, Memorized: 0.3333, MeanWords: 2, EmoteShare: 0.3333), speech);
        Assert.Null(Speech.Of(["gg"], []).Memorized);
    }

    [Theory]
    [InlineData("catJAM", true)]
    [InlineData("NotLikeThis", true)]
    [InlineData("Kappa", true)]
    [InlineData("😂", true)]
    [InlineData(":)", true)]
    [InlineData("AIRHORN", false)]
    [InlineData("Hello", false)]
    [InlineData("you're", false)]
    public void An_emote_is_told_by_its_spelling(string word, bool isEmote) => Assert.Equal(isEmote, EmoteNames.Contain(word));

    // 300 different comments of three words; the second half, with two strange words, is to be foreseen.
    private static HeldOut HeldOutChat()
    {
        var random = new Random(1);
        ChatComment[] comments = [.. Enumerable.Range(0, 400).Select(i => new ChatComment(TimeSpan.FromSeconds(i), $"w{random.Next(12)} w{random.Next(12)} w{random.Next(12)}", 0))];
        comments[250] = comments[250] with { Text = "strange Stranger" };
        comments[251] = comments[251] with { Text = "STRANGE w1" };
        var stream = new SyntheticStream(SyntheticStream.Tiny, seconds: 1) { Comments = comments };
        return new HeldOut(SyntheticStream.Tiny, Vocabulary.FromWords(Enumerable.Range(0, 12).Select(i => $"w{i}")), [stream],
            [.. comments[200..300].Select(comment => new HeldOutComment(0, comment.Time, comment.Text, new ClipWindow(0, 1, 0, 1)))],
            [.. comments[..200].Select(comment => comment.Text)]);
    }
}
