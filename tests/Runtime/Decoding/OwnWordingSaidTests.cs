namespace Twitch.Runtime.Tests;

/// <summary>Ten thousand comments of a decoder that has learnt a chat by heart.</summary>
public class OwnWordingSaidTests
{
    private const int Length = 3;

    [Fact]
    public async Task Of_ten_thousand_comments_none_has_a_run_that_one_person_alone_used()
    {
        // A few things that everybody says, and many that one person says, of the same words.
        var random = new Random(3);
        string[] words = "the boss is so hard no way he did that again look at my new cat pls what a run".Split(' ');
        (int Author, string Text)[] chat =
        [
            .. Enumerable.Range(0, 1200).Select(i => (i % 40, string.Join(' ', Enumerable.Range(0, 3 + random.Next(6)).Select(_ => words[random.Next(words.Length)])) + (i % 9 == 0 ? $" x{i}" : ""))),
            .. Enumerable.Range(0, 400).Select(i => (i % 40, "what a run that is")),
        ];
        Vocabulary vocabulary = Vocabulary.BuildSubwords(chat.Select(each => each.Text), maxSize: 400);
        Dictionary<ulong, HashSet<int>> speakers = [];
        foreach ((int author, string text) in chat)
        {
            foreach (ulong run in Runs(text))
                (speakers.TryGetValue(run, out HashSet<int>? known) ? known : speakers[run] = []).Add(author);
        }
        HashSet<ulong> own = [.. speakers.Where(run => run.Value.Count < 2).Select(run => run.Key)];
        var decoder = new LearntByHeart(vocabulary, chat.Select(each => each.Text));
        var options = new SamplingOptions { Temperature = 1, TopK = 0, TopP = 0.95f, MaxLength = 12 };

        string[] free = await Say(new Speaker(new SpeechRules(BannedWords.None), vocabulary), 1000);
        string[] said = await Say(new Speaker(new SpeechRules(BannedWords.None), vocabulary, BlockedRuns.Of(Length, 2, own)), 10_000);

        Assert.True(free.Count(IsOwn) > 300, $"{free.Count(IsOwn)} of {free.Length} when nothing is blocked");
        Assert.Equal(0, said.Count(IsOwn));
        Assert.DoesNotContain("", said);
        Assert.True(said.Average(text => text.Split(' ').Length) > 2);
        Assert.Contains("what a run that is", said);

        bool IsOwn(string text) => Runs(text).Any(own.Contains);

        async Task<string[]> Say(Speaker speaker, int count)
        {
            await using var scheduler = new BatchScheduler(decoder, speaker);
            Comment[] comments = await Task.WhenAll(Enumerable.Range(0, count).Select(i => scheduler.GenerateAsync(new ClipContext([0], [0]), options with { Seed = (ulong)i }, TestContext.Current.CancellationToken)));
            Assert.All(comments, comment => Assert.Equal(comment.Text.Split(' ').Length, comment.WordLogProbabilities!.Count));
            return [.. comments.Select(comment => comment.Text)];
        }
    }

    private static IEnumerable<ulong> Runs(string text)
    {
        ulong[] words = [.. text.Split(' ').Select(BlockedRuns.HashOf)];
        return Enumerable.Range(0, Math.Max(0, words.Length - Length + 1)).Select(at => BlockedRuns.HashOf(words.AsSpan(at, Length)));
    }

    // What followed the last two tokens, as often as it did, with a little of everything else.
    private sealed class LearntByHeart : IBatchDecoderStep
    {
        private readonly Dictionary<(int, int), Dictionary<int, int>> _next = [];
        private readonly (int, int)[] _last = new (int, int)[64];
        private readonly float[] _logits;

        public LearntByHeart(Vocabulary vocabulary, IEnumerable<string> texts)
        {
            VocabularySize = vocabulary.Count;
            _logits = new float[Capacity * VocabularySize];
            foreach (string text in texts)
            {
                (int, int) last = (-1, Vocabulary.Start);
                foreach (int token in (int[])[.. vocabulary.Encode(text), Vocabulary.End])
                {
                    Dictionary<int, int> next = _next.TryGetValue(last, out Dictionary<int, int>? known) ? known : _next[last] = [];
                    next[token] = next.GetValueOrDefault(token) + 1;
                    last = (last.Item2, token);
                }
            }
        }

        public int Capacity => _last.Length;

        public int VocabularySize { get; }

        public void Reset(int row, ClipContext clip) => _last[row] = (-2, -1);

        public void Move(int source, int target) => _last[target] = _last[source];

        public ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens)
        {
            Array.Fill(_logits, -6);
            for (int row = 0; row < tokens.Length; row++)
            {
                _last[row] = (_last[row].Item2, tokens[row]);
                foreach ((int token, int count) in _next.GetValueOrDefault(_last[row]) ?? [])
                    _logits[row * VocabularySize + token] = MathF.Log(count);
            }
            return _logits.AsSpan(0, tokens.Length * VocabularySize);
        }
    }
}
