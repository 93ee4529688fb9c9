using Twitch.Export;
using Twitch.Runtime;

namespace Twitch.Training.Tests;

[Collection(TorchTests.Name)]
public sealed class PrecisionCostTests : IDisposable
{
    private static readonly ModelConfig Config = SyntheticStream.Tiny;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_export_after_training_says_what_int8_costs_on_held_out_comments()
    {
        ModelConfig config = SyntheticStream.WithSenses(Config, _folder["senses"]);
        var stream = new SyntheticStream(config, seconds: 160);
        var options = new TrainerOptions { Epochs = 2, BatchSize = 16, LearningRate = 5e-3, Threads = 1 };
        TrainingResult trained = new Trainer([stream], config, options, _folder["run"], new RecordedProgress(), _folder["senses"]).Run(TestContext.Current.CancellationToken);
        TrainingData data = TrainingData.Create([stream], config, options);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["run"]);

        BundleManifest manifest = BundleExport.Write(checkpoint, _folder["bundle"], new ExportOptions(), data);

        VariantCost cost = Bundle.Open(_folder["bundle"]).Manifest.Variants![0].Cost!, batch = manifest.Variants![1].Cost!;
        Assert.Equal(manifest.Variants![0].Cost, cost);
        Assert.Equal(cost.PerplexityBefore!.Value, batch.PerplexityBefore!.Value, 1e-9);
        Assert.Equal(trained.ValidationPerplexity, batch.PerplexityAfter!.Value, 0.02 * trained.ValidationPerplexity);
        Assert.Equal((VariantCost.HeldOut, data.Validation.Count), (cost.MeasuredOn, cost.Comments));
        Assert.Equal(data.Validation.Sum(example => example.Tokens.Length - 1), cost.Tokens);
        Assert.Equal(trained.ValidationPerplexity, cost.PerplexityBefore!.Value, 1e-3);    // torch's and the exported graph's
        Assert.Equal(trained.ValidationPerplexity, cost.PerplexityAfter!.Value, 0.02 * trained.ValidationPerplexity);
        Assert.NotEqual(cost.PerplexityBefore, cost.PerplexityAfter);
        Assert.InRange(cost.GreedyAgreement, 0.9, 1);
        Assert.InRange(cost.MaxLogitDifference, 1e-5, 0.5);
    }

    [Fact]
    public void Without_comments_the_exports_own_windows_show_agreement_alone()
    {
        UntrainedCheckpoint.Write(_folder["untrained"], Config with { VocabularySize = 50 }, seed: 3);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["untrained"]);

        VariantCost cost = BundleExport.Write(checkpoint, _folder["bundle"], new ExportOptions()).Variants![0].Cost!;

        Assert.Equal((VariantCost.Golden, null, null), (cost.MeasuredOn, cost.PerplexityBefore, cost.PerplexityAfter));
        Assert.Equal((6, 11 + 3 * 3 + 2 * 19), (cost.Comments, cost.Tokens));
        Assert.InRange(cost.GreedyAgreement, 0.5, 1);
    }

    [Fact]
    public void An_export_for_CUDA_says_what_float16_costs_and_has_checked_its_graphs()
    {
        UntrainedCheckpoint.Write(_folder["untrained"], Config with { VocabularySize = 90 }, seed: 3);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["untrained"]);

        BundleManifest manifest = BundleExport.Write(checkpoint, _folder["bundle"], new ExportOptions { Cuda = true });

        Assert.Equal(["int8", "int8", "float32", "float16"], manifest.Variants!.Select(variant => variant.Precision));
        Assert.Null(manifest.Variants![2].Cost);
        VariantCost cost = manifest.Variants[3].Cost!;
        Assert.Equal((VariantCost.Golden, 6, null), (cost.MeasuredOn, cost.Comments, cost.PerplexityAfter));
        Assert.InRange(cost.GreedyAgreement, 0.9, 1);
        Assert.InRange(cost.MaxLogitDifference, 1e-6, 0.01);
        foreach (RuntimeOptions options in (RuntimeOptions[])[new() { OnDevice = true }, new() { Precision = Precision.Float16 }])
        {
            using var model = Runtime.CommentModel.Open(_folder["bundle"], options);
            Assert.All(GoldenCheck.Run(model), difference => Assert.True(difference.IsAllowed, $"{difference}"));
        }
    }

    [Theory]
    [InlineData(10.05, "In int8 perplexity 10.000 becomes 10.050 (+0.50 %), and the most likely word stays in 98.5 % of 640 held-out words")]
    [InlineData(9.99, "In int8 perplexity 10.000 becomes 9.990 (-0.10 %), and the most likely word stays in 98.5 % of 640 held-out words")]
    [InlineData(10.2, "warning: int8 costs: perplexity 10.000 becomes 10.200 (+2.00 %), and the most likely word stays in 98.5 % of 640 held-out words; use --precision float32 (the default) with this bundle.")]
    public void More_than_one_percent_is_a_warning(double after, string expected)
    {
        var cost = new VariantCost(VariantCost.HeldOut, 128, 640, 0.985, 0.1, 10, after);

        Assert.Equal(expected, PrecisionCost.Describe("int8", cost));
    }

    [Theory]
    [InlineData(0.0123, "+1.23 %")]
    [InlineData(-0.0123, "-1.23 %")]
    [InlineData(-0.00004, "+0.00 %")]
    public void A_rise_is_told_in_percent(double rise, string expected) => Assert.Equal(expected, VariantCost.Percent(rise));
}
