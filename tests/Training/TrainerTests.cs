using Twitch.Training.Evaluating;
using static TorchSharp.torch;

namespace Twitch.Training.Tests;

[Collection(TorchTests.Name)]
public sealed class TrainerTests : IDisposable
{
    private static readonly ModelConfig Config = SyntheticStream.Tiny;
    private static readonly TrainerOptions Quick = new() { Epochs = 2, BatchSize = 16, LearningRate = 5e-3, SaveInterval = TimeSpan.FromHours(1), Threads = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticStream _stream = new(Config, seconds: 160);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_learns_what_only_seeing_and_hearing_can_tell()
    {
        var stream = new SyntheticStream(Config, seconds: 420);
        TrainerOptions options = Quick with { Epochs = 16, MinWordCount = 1 };

        TrainingResult result = new Trainer([stream], Config, options, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken);

        using Checkpoint checkpoint = Checkpoint.Open(_folder["run"]);
        using CommentModel model = TorchCheckpoint.Load(checkpoint, CPU);
        TrainingData data = TrainingData.Create([stream], Config, options);
        double both = Perplexity(frames: false, sound: false), deaf = Perplexity(frames: false, sound: true), blind = Perplexity(frames: true, sound: false);
        Assert.Equal(result.ValidationPerplexity, both, 1e-4);
        // A comment of 3.25 tokens (2 words, ¾ of a tail that is chosen among 4, sometimes of 2 words, <EOS>) holds ln 2 for each of
        // colour and loudness: who foresees neither loses 2 ln 2 / 4 in each of its 4 tokens.
        double tail = Math.Log(4) / 4;
        Assert.True(both < Math.Exp(tail + 0.15), $"perplexity {both:F3}");
        Assert.True(deaf > 1.2 * both && blind > 1.2 * both, $"perplexity {both:F3}, with other sound {deaf:F3}, with other pictures {blind:F3}");

        // With the frames, the sound, or both of another moment.
        double Perplexity(bool frames, bool sound)
        {
            int[] partners = ExchangedWindows.Partners([.. data.Validation.Select(example => (example.Stream, example.Time))], data.Config.WindowSeconds, seed: 1);
            return Evaluation.Run(model, data.Streams, [.. data.Validation.Select((example, i) => example with
            {
                Window = ExchangedWindows.Join(data.Validation[frames ? partners[i] : i].Window, data.Validation[sound ? partners[i] : i].Window),
            })]).Perplexity;
        }
    }

    [Fact]
    public void Two_runs_cannot_train_into_one_folder()
    {
        TwitchException? refused = null;
        new Trainer([_stream], Config, Quick, _folder["run"], new RecordedProgress(_ => refused ??= Assert.Throws<TwitchException>(() => Train("run"))))
            .Run(TestContext.Current.CancellationToken);

        Assert.Contains("another run is training into", refused!.Message);
        Train("run");
        Assert.False(File.Exists(_folder["run.lock"]));
    }

    [Fact]
    public void Training_learns_what_past_chat_can_tell_and_when_people_comment()
    {
        // Words that come back: each comment says again what the one before it said, but for one in eight.
        var random = new SplitMix64(8);
        string said = "";
        var plain = new SyntheticStream(Config, seconds: 420);
        var echoing = new SyntheticStream(Config, seconds: 420)
        {
            Comments = [.. plain.Comments.Select((comment, i) => comment with { Text = said = i == 0 || random.Next() % 8 == 0 ? $"word{random.Next() % 6}" : said })],
        };
        TrainerOptions options = Quick with { Epochs = 12, MinWordCount = 1 };
        var progress = new RecordedProgress();

        TrainingResult result = new Trainer([echoing], Config, options, _folder["run"], progress).Run(TestContext.Current.CancellationToken);

        using Checkpoint checkpoint = Checkpoint.Open(_folder["run"]);
        using CommentModel model = TorchCheckpoint.Load(checkpoint, CPU);
        TrainingData data = TrainingData.Create([echoing], Config, options);
        double without = Evaluation.Run(model, data.Streams, [.. data.Validation.Select(example => example with { Chat = default })]).Perplexity;
        Assert.True(without > 1.3 * result.ValidationPerplexity, $"perplexity {result.ValidationPerplexity:F3}, without past chat {without:F3}");
        // Nobody comments in the first half of a scene.
        Assert.True(progress.Rate!.ValidationGain > 0.05, $"{progress.Rate.ValidationGain:F3} nats per comment");
        Assert.InRange(progress.Rate.MeanRate, 0.3, 0.7);
    }

    [Fact]
    public void A_run_that_was_stopped_before_it_learned_when_people_comment_learns_it()
    {
        Train("straight");
        using var stop = new CancellationTokenSource();
        var progress = new RecordedProgress(afterEpoch: epoch =>
        {
            if (epoch.Epoch == Quick.Epochs)
                stop.Cancel();
        });

        Assert.Throws<OperationCanceledException>(() => new Trainer([_stream], Config, Quick, _folder["stopped"], progress).Run(stop.Token));
        RecordedProgress resumed = Train("stopped");

        Assert.Null(progress.Rate);
        Assert.Null(resumed.Plan);    // no step was left
        Assert.NotNull(resumed.Rate);
        AssertSame("straight", "stopped");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]    // the first epoch's last step: its validation is still to come
    [InlineData(9)]
    public void A_run_that_was_stopped_goes_on_to_the_same_bytes(int stopAfter)
    {
        Train("straight");
        using var stop = new CancellationTokenSource();
        var progress = new RecordedProgress(step =>
        {
            if (step.Step == stopAfter)
                stop.Cancel();
        });

        Assert.Throws<OperationCanceledException>(() => new Trainer([_stream], Config, Quick, _folder["stopped"], progress).Run(stop.Token));
        using (Checkpoint.Open(_folder["stopped"]))
            Assert.Equal(6, progress.Plan!.StepsPerEpoch);
        RecordedProgress resumed = Train("stopped");

        Assert.Equal(stopAfter, resumed.Plan!.FirstStep);
        AssertSame("straight", "stopped");
    }

    [Fact]
    public void A_kill_between_two_saves_loses_only_what_was_not_saved()
    {
        Train("straight");
        var saves = new List<long>();

        // What lies on the disk after each step is what a kill then would leave.
        var run = new Trainer([_stream], Config, Quick with { SaveInterval = TimeSpan.Zero }, _folder["run"], new RecordedProgress(step =>
        {
            if (step.Step is 1 or 4 or 9)
            {
                saves.Add(step.Step);
                if (Directory.Exists(_folder["run"]))
                    Copy(_folder["run"], _folder[$"killed{step.Step}"]);
            }
        }));
        run.Run(TestContext.Current.CancellationToken);

        Assert.Equal([1, 4, 9], saves);
        foreach (long step in saves)
        {
            RecordedProgress resumed = Train($"killed{step}");
            Assert.Equal(step - 1, resumed.Plan!.FirstStep);
            AssertSame("straight", $"killed{step}");
        }
    }

    [Theory]
    [InlineData("while the new folder is filled")]
    [InlineData("between the two renames")]
    [InlineData("before the old folder is removed")]
    public void A_kill_within_a_save_leaves_a_run_that_goes_on(string moment)
    {
        Train("straight");
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new Trainer([_stream], Config, Quick, _folder["run"], new RecordedProgress(_ => stop.Cancel())).Run(stop.Token));
        switch (moment)
        {
            case "while the new folder is filled":
                Directory.CreateDirectory(_folder["run.partial/training"]);
                File.WriteAllText(_folder["run.partial/training/latest.safetensors"], "half a fi");
                break;
            case "between the two renames":
                Copy(_folder["run"], _folder["run.partial"]);
                Directory.Move(_folder["run"], _folder["run.replaced"]);
                break;
            default:
                Copy(_folder["run"], _folder["run.replaced"]);
                break;
        }

        RecordedProgress resumed = Train("run");

        Assert.Equal(1, resumed.Plan!.FirstStep);
        AssertSame("straight", "run");
        Assert.Equal(["run", "straight"], Directory.GetDirectories(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_finished_run_is_not_trained_again()
    {
        Train("run");
        byte[] before = File.ReadAllBytes(_folder["run/training/state.json"]);

        RecordedProgress again = Train("run");

        Assert.Null(again.Plan);
        Assert.Equal(before, File.ReadAllBytes(_folder["run/training/state.json"]));
    }

    [Fact]
    public void Other_arguments_are_refused_by_name_unless_the_run_is_restarted()
    {
        Train("run");
        TrainerOptions other = Quick with { LearningRate = 0.002, Epochs = 1 };

        var refused = Assert.Throws<TwitchException>(() => new Trainer([_stream], Config, other, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken));
        var changed = Assert.Throws<TwitchException>(() => new Trainer([new SyntheticStream(Config, seconds: 160, seed: 2)], Config, Quick, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken));
        new Trainer([_stream], Config, other with { Restart = true }, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken);

        Assert.Contains("options.epochs is 1, not 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("options.learning_rate is 0.002, not 0.005", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--restart", refused.Message, StringComparison.Ordinal);
        Assert.Contains("streams[0].sha256", changed.Message, StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(_folder["run/metrics.jsonl"]));
    }

    [Fact]
    public void Files_that_a_save_would_remove_are_refused()
    {
        Directory.CreateDirectory(_folder["home"]);
        File.WriteAllText(_folder["home/letter.txt"], "dear");
        Train("run");
        File.WriteAllText(_folder["run/letter.txt"], "dear");

        var strange = Assert.Throws<TwitchException>(() => Train("home"));
        var mixed = Assert.Throws<TwitchException>(() => new Trainer([_stream], Config, Quick with { Restart = true }, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken));

        Assert.Contains("holds files", strange.Message, StringComparison.Ordinal);
        Assert.Contains("letter.txt", mixed.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["home/letter.txt"]) && File.Exists(_folder["run/letter.txt"]));
    }

    [Fact]
    public void An_altered_file_of_a_run_is_named()
    {
        Train("run");
        byte[] moments = File.ReadAllBytes(_folder["run/training/optimizer.safetensors"]);
        moments[^1] ^= 1;
        File.WriteAllBytes(_folder["run/training/optimizer.safetensors"], moments);

        var e = Assert.Throws<TwitchException>(() => Train("run"));

        Assert.Contains("optimizer.safetensors: altered", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_do_not_add_up_over_epochs()
    {
        var counts = new List<(int Epoch, long Live)>();
        GC.Collect();    // the count is the process's: tensors that earlier tests left to the finalizer go first
        GC.WaitForPendingFinalizers();

        new Trainer([_stream], Config, Quick with { Epochs = 4 }, _folder["run"], new RecordedProgress(step => counts.Add((step.Epoch, Tensor.TotalCount)))).Run(TestContext.Current.CancellationToken);

        long[] peaks = [.. counts.GroupBy(entry => entry.Epoch).Select(epoch => epoch.Max(entry => entry.Live))];
        Assert.Equal(4, peaks.Length);
        Assert.All(peaks[1..], peak => Assert.Equal(peaks[1], peak));
    }

    [Fact]
    public void Training_stops_when_patience_runs_out_and_keeps_the_best_weights()
    {
        // With a large learning rate and nothing to learn, the first epochs are the best.
        TrainerOptions options = Quick with { Epochs = 50, Patience = 2, LearningRate = 0.05, CosineDecay = false };

        TrainingResult result = new Trainer([_stream], Config, options, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken);

        Assert.True(result.Epochs < 50);
        Assert.Equal(result.BestEpoch + 2, result.Epochs);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["run"]);
        using CommentModel model = TorchCheckpoint.Load(checkpoint, CPU);
        TrainingData data = TrainingData.Create([_stream], Config, options);
        Assert.Equal(result.ValidationPerplexity, Evaluation.Run(model, data.Streams, data.Validation).Perplexity, 1e-6);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_training_with_advice()
    {
        var stream = new SyntheticStream(Config, seconds: 160);
        stream.Damage(second: 8);

        var e = Assert.Throws<TwitchException>(() => new Trainer([stream], Config, Quick, _folder["run"], new RecordedProgress()).Run(TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("the loss is NaN", e.Message, StringComparison.Ordinal);
        Assert.Contains("--learning-rate", e.Message, StringComparison.Ordinal);
    }

    private RecordedProgress Train(string name)
    {
        var progress = new RecordedProgress();
        new Trainer([_stream], Config, Quick, _folder[name], progress).Run(TestContext.Current.CancellationToken);
        return progress;
    }

    private void AssertSame(string expected, string found)
    {
        foreach (string file in (string[])[Checkpoint.ModelFile, Checkpoint.ConfigFile, Checkpoint.VocabularyFile, TrainingFolder.LatestFile, TrainingFolder.OptimizerFile])
            Assert.Equal(File.ReadAllBytes(_folder[$"{expected}/{file}"]), File.ReadAllBytes(_folder[$"{found}/{file}"]));
        Assert.Equal(Timeless(expected), Timeless(found));
    }

    private string[] Timeless(string name) =>
        [.. File.ReadAllLines(_folder[$"{name}/{TrainingFolder.MetricsFile}"]).Select(line => line[..line.IndexOf(",\"comments_per_second", StringComparison.Ordinal)])];

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
