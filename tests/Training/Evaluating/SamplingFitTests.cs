using Twitch.Export;
using Twitch.Training.Chat;
using Twitch.Training.Evaluating;

namespace Twitch.Training.Tests;

public sealed class SamplingFitTests : IDisposable
{
    private static readonly ModelConfig Config = SyntheticStream.Tiny with { VocabularySize = 12 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_defaults_come_nearer_to_people_than_the_usual_ones_and_are_the_same_twice()
    {
        TrainingData data = Data();

        (SamplingOptions sampling, FittedSpeech? fitted) = SamplingFit.Run(Bundle(), data);
        (SamplingOptions again, FittedSpeech? figures) = SamplingFit.Run(_folder["bundle"], data);

        Assert.Equal((sampling, fitted), (again, figures));
        Assert.Equal(data.Validation.Count, fitted!.People.Comments);
        Assert.Equal(2.0, fitted.People.MeanWords, 0.5);
        using Runtime.CommentModel model = Runtime.CommentModel.Open(_folder["bundle"]);
        string[] training = [.. data.Training.Select(example => data.Vocabulary.Decode(example.Tokens))];
        string[] usual = [.. data.Validation.Select((example, i) => model.Generate(PrecisionCost.Encode(model, data, example), new SamplingOptions { Seed = (ulong)i }).Text)];
        string[] drawn = [.. data.Validation.Select((example, i) => model.Generate(PrecisionCost.Encode(model, data, example), sampling with { Seed = (ulong)i }).Text)];
        Assert.Equal(fitted.Network, Speech.Of(drawn, training));    // what is said to have been said
        Assert.True(SamplingFit.Difference(fitted.Network, fitted.People) < SamplingFit.Difference(Speech.Of(usual, training), fitted.People));
    }

    [Fact]
    public void Figures_that_are_the_same_are_not_apart()
    {
        SpeechFigures people = Speech.Of(["a b", "a KEKW"], ["a b"]), others = Speech.Of(["a b a b a b", "a"], ["a b"]);

        Assert.Equal(0, SamplingFit.Difference(people, people));
        Assert.True(SamplingFit.Difference(others, people) > 0.5);
        Assert.Equal(SamplingFit.Difference(others, people), SamplingFit.Difference(people, others), 1e-12);
    }

    private string Bundle()
    {
        UntrainedCheckpoint.Write(_folder["checkpoint"], Config, seed: 3);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["checkpoint"]);
        AtomicFolder.Write(_folder["bundle"], partial => Exporter.Write(checkpoint, partial, new ExportOptions()));
        return _folder["bundle"];
    }

    // The words w0004 … w0011, as the untrained bundle has them, so that ids agree.
    private static TrainingData Data()
    {
        var random = new Random(4);
        string[] words = [.. Enumerable.Range(4, 8).Select(id => $"w{id:0000}")];
        var comments = new List<ChatComment>();
        for (int i = 0; i < 8; i++)
            comments.AddRange(Enumerable.Range(0, 9 - i).Select(_ => new ChatComment(TimeSpan.FromSeconds(12), words[i], 0)));
        for (int i = 0; i < 240; i++)
            comments.Add(new ChatComment(TimeSpan.FromSeconds(13 + i / 2.0), string.Join(' ', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => words[i < 100 ? 0 : random.Next(8)])), 0));
        return TrainingData.Create([new SyntheticStream(Config, seconds: 140) { Comments = comments }], Config, new TrainerOptions { ValidationShare = 0.3 });
    }
}
