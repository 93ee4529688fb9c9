using CsCheck;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests;

public sealed class TrainingDataTests
{
    private static readonly ModelConfig Config = SyntheticStream.Tiny;

    [Fact]
    public void No_window_is_shared_between_training_and_validation() =>
        Gen.Select(Gen.Double[60, 20_000], Gen.Int[1, 30], Gen.Double[0.01, 0.5], Gen.Double[0, 0.5], Gen.Double[0.6, 1.2]).Sample((duration, window, share, from, until) =>
        {
            ModelConfig config = Config with { WindowSeconds = window };
            var options = new TrainerOptions { ValidationShare = share, From = TimeSpan.FromSeconds(from * duration), Until = TimeSpan.FromSeconds(until * duration) };
            Split split = Split.Of(TimeSpan.FromSeconds(duration), config, options);
            TimeSpan[] times = [.. Enumerable.Range(0, 400).Select(i => TimeSpan.FromSeconds(duration * i / 390))];

            TimeSpan[] training = [.. times.Where(time => split.PartOf(time) == Part.Training)], validation = [.. times.Where(time => split.PartOf(time) == Part.Validation)];
            TimeSpan length = TimeSpan.FromSeconds(window);
            if (training.Length > 0 && validation.Length > 0)
                Assert.True(validation.Min() - length >= training.Max());
            Assert.All(training.Concat(validation), time => Assert.InRange(time, options.From > TimeSpan.Zero ? options.From + length : TimeSpan.Zero, options.Until.Value));
        });

    [Fact]
    public void Every_comment_is_counted_once()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        ChatComment[] odd = [new(TimeSpan.FromSeconds(-5), "before", 0), new(TimeSpan.FromSeconds(0.01), "first", 0), new(TimeSpan.FromSeconds(400), "after", 0)];
        var more = new SyntheticStream(Config, seconds: 300) { Comments = [.. stream.Comments, .. odd] };

        TrainingData data = TrainingData.Create([stream, more], Config, new TrainerOptions());

        SplitCounts counts = data.Counts;
        Assert.Equal(2 * stream.Comments.Count + 3, counts.Comments);
        Assert.Equal(counts.Comments, counts.Training + counts.Validation + counts.Gap + counts.WithoutWindow + counts.OutsideRange);
        Assert.Equal((0, 2), (counts.WithoutWindow, counts.OutsideRange));
        Assert.Equal((counts.Training, counts.Validation), (data.Training.Count, data.Validation.Count));
        Assert.DoesNotContain(data.Training.Concat(data.Validation), example => example.Window.IsEmpty);
    }

    [Fact]
    public void The_vocabulary_knows_training_comments_alone()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        var told = new SyntheticStream(Config, seconds: 300)
        {
            Comments = [.. stream.Comments.Select(comment => comment with { Text = comment.Time > TimeSpan.FromSeconds(285) ? "secret" : "Kappa once" })],
        };

        TrainingData data = TrainingData.Create([told], Config, new TrainerOptions());

        Assert.Equal(["Kappa", "once"], data.Vocabulary.Words.Skip(Vocabulary.SpecialCount));
        Assert.Equal(data.Vocabulary.Count, data.Config.VocabularySize);
        Assert.Equal([Vocabulary.Start, Vocabulary.Unknown, Vocabulary.End], data.Validation[^1].Tokens);
    }

    [Fact]
    public void With_subwords_nothing_is_unknown_and_what_one_person_alone_says_is_blocked()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        var told = new SyntheticStream(Config, seconds: 300)
        {
            Comments = [.. stream.Comments.Select((comment, i) => comment with { Author = i % 7, Text = comment.Time > TimeSpan.FromSeconds(250) ? "sécret тайна" : i % 7 == 3 ? "my very own" : "Kappa once again" })],
        };

        TrainingData data = TrainingData.Create([told], Config with { Subwords = true, VocabularySize = 400 }, new TrainerOptions { Until = TimeSpan.FromSeconds(290) });

        Assert.True(data.Vocabulary.HasSubwords);
        Assert.Equal("sécret тайна", data.Vocabulary.Decode(data.Validation[^1].Tokens));
        Assert.DoesNotContain(data.Training.Concat(data.Validation), example => example.Tokens.Contains(Vocabulary.Unknown));
        Assert.True(data.Blocked!.AreIn("this is my very own"));
        Assert.False(data.Blocked.AreIn("Kappa once again"));
        Assert.Null(TrainingData.Create([told], Config, new TrainerOptions { MinAuthors = 1 }).Blocked);
        Assert.Null(TrainingData.Create([stream], Config, new TrainerOptions()).Blocked);    // nobody knows who said it
        var error = Assert.Throws<TwitchException>(() => TrainingData.Create([told], Config with { Subwords = true, VocabularySize = 40 }, new TrainerOptions()));
        Assert.StartsWith("--vocabulary is 40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Past_chat_is_what_was_said_before_a_comment_in_the_used_range_and_never_the_comment_itself()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        ChatComment[] twice = [.. stream.Comments.SelectMany(comment => (ChatComment[])[comment, comment with { Text = "Kappa" }])];    // two at each moment
        var busy = new SyntheticStream(Config, seconds: 300) { Comments = twice };

        TrainingData data = TrainingData.Create([busy], Config, new TrainerOptions { From = TimeSpan.FromSeconds(30) });

        foreach (Example example in data.Training.Concat(data.Validation))
        {
            ChatWindow window = example.Chat.Window(Config.Chat!);
            PastComment[] before = [.. data.Chats[0].Where(comment => comment.Time < example.Time)];
            Assert.Equal(Math.Min(before.Length, Config.Chat!.CommentCount), window.Count);
            Assert.All(window.Ages.Take(window.Count), age => Assert.True(age > 0));
        }
        Assert.All(data.Chats[0], comment => Assert.True(comment.Time >= TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_second_that_goes_past_the_used_range_is_none()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        var options = new TrainerOptions { Until = TimeSpan.FromSeconds(200) };
        TrainingData data = TrainingData.Create([stream], Config, options);

        Assert.Equal(199, data.Seconds(Part.Validation, options)[^1].Second.Time.TotalSeconds);
    }

    [Fact]
    public void Seconds_hold_every_second_of_a_part_with_its_comments()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        var options = new TrainerOptions();
        TrainingData data = TrainingData.Create([stream], Config, options);

        IReadOnlyList<(Example Second, int Comments)> training = data.Seconds(Part.Training, options), validation = data.Seconds(Part.Validation, options);

        Assert.Equal(Enumerable.Range(0, training.Count), training.Select(entry => (int)entry.Second.Time.TotalSeconds));
        Assert.Equal(data.Counts.Training, training.Sum(entry => entry.Comments), 2.0);    // the last second holds the split
        Assert.Equal(data.Counts.Validation, validation.Sum(entry => entry.Comments), 2.0);    // the first one too
        Assert.True(training[^1].Second.Time < validation[0].Second.Time - TimeSpan.FromSeconds(Config.WindowSeconds - 1));
    }

    [Fact]
    public void A_long_comment_is_cut()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        var long_ = new SyntheticStream(Config, seconds: 300) { Comments = [.. stream.Comments.Select(comment => comment with { Text = string.Join(' ', Enumerable.Repeat("LUL", 50)) })] };

        TrainingData data = TrainingData.Create([long_], Config, new TrainerOptions { MaxLength = 5 });

        Assert.All(data.Training, example => Assert.Equal([2, 4, 4, 4, 4, 4, 3], example.Tokens));
    }

    [Fact]
    public void Too_few_comments_are_counted_in_the_error()
    {
        var stream = new SyntheticStream(Config, seconds: 30);

        var e = Assert.Throws<TwitchException>(() => TrainingData.Create([stream], Config, new TrainerOptions()));

        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Matches(@"^\d+ comments are left to train on and \d+ to validate with; 16 and 4 are needed\.", e.Message);
    }

    [Fact]
    public void Statistics_are_those_of_the_training_windows()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        stream.Damage(second: 290);    // the validation part holds no numbers at all

        (float[] mean, float[] deviation) = TrainingData.Create([stream], Config, new TrainerOptions()).HeardStatistics();

        Assert.All(mean, value => Assert.InRange(value, -6, 6));
        Assert.All(deviation, value => Assert.InRange(value, 0.01, 4));
    }

    [Fact]
    public void A_feature_that_never_changes_is_not_blown_up()
    {
        float[] constant = [.. Enumerable.Range(0, 30).SelectMany(second => (float[])[3, 3 + second % 2 * 1e-6f, second % 2])];

        FeatureStatistics statistics = FeatureStatistics.Of([constant], 3), still = FeatureStatistics.Of([new float[30]], 3);

        Assert.Equal([3, 3, 0.5f], statistics.Mean, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.InRange(statistics.Deviation[0], 0.02f, 0.04f);    // a hundredth of what features are
        Assert.Equal(statistics.Deviation[0], statistics.Deviation[1]);
        Assert.Equal(0.5f, statistics.Deviation[2], 1e-5f);
        Assert.Equal([1, 1, 1], still.Deviation);
    }

    [Fact]
    public void Every_epoch_holds_every_example_once_in_its_own_order()
    {
        var stream = new SyntheticStream(Config, seconds: 300);
        IReadOnlyList<Example> examples = TrainingData.Create([stream], Config, new TrainerOptions()).Training;

        int[][] first = Batches.Shuffled(examples, 16, seed: 1, epoch: 1), again = Batches.Shuffled(examples, 16, seed: 1, epoch: 1), second = Batches.Shuffled(examples, 16, seed: 1, epoch: 2);

        Assert.Equal(first, again);
        Assert.NotEqual(first, second);
        Assert.NotEqual(first, Batches.Shuffled(examples, 16, seed: 2, epoch: 1));
        foreach (int[][] epoch in (int[][][])[first, second])
        {
            Assert.Equal(Enumerable.Range(0, examples.Count), epoch.SelectMany(batch => batch).Order());
            Assert.Equal(Batches.Count(examples, 16), epoch.Length);
            Assert.All(epoch, batch => Assert.InRange(batch.Length, 1, 16));
        }
    }

    [Fact]
    public void Every_range_is_a_range_of_the_pool()
    {
        var range = Gen.Select(Gen.Int[0, 2], Gen.Long[0, 60], Gen.Int[0, 12]);
        range.Array[1, 20].Sample(ranges =>
        {
            StepPool pool = StepPool.Union([.. ranges]);

            (int, long)[] steps = [.. pool.Parts.SelectMany(part => Enumerable.Range(0, part.Count).Select(i => (part.Stream, part.First + i)))];
            Assert.Equal(pool.Count, steps.Length);
            Assert.Equal(steps.Distinct(), steps);
            for (int i = 0; i < ranges.Length; i++)
            {
                (int stream, long first, int count) = ranges[i];
                Assert.Equal(Enumerable.Range(0, count).Select(k => (stream, first + k)), steps.Skip(pool.Rows[i].First).Take(pool.Rows[i].Count));
            }
        });
    }
}
