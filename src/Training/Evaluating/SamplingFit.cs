using Twitch.Runtime;

namespace Twitch.Training.Evaluating;

/// <summary>Finds the sampling options with which a network speaks most as people do: as many words, as many emotes, as varied, and as often word for word what
/// was said before.</summary>
internal static class SamplingFit
{
    private const int MostMoments = 400, LeastMoments = 16, Rows = 64;

    // Of a share that may be 0, so that its logarithm is finite.
    private const double Least = 0.01;

    private static readonly float[] Temperatures = [0.6f, 0.7f, 0.8f, 0.9f, 1, 1.1f, 1.2f];

    // What is cut off of the distribution: nothing, or its least likely part in one of three ways.
    private static readonly SamplingOptions[] Cuts = [.. new (int TopK, float TopP, float MinP)[] { (0, 1, 0), (40, 1, 0), (10, 1, 0), (0, 0.95f, 0), (0, 0.9f, 0), (0, 1, 0.02f), (0, 1, 0.05f) }
        .Select(cut => new SamplingOptions { TopK = cut.TopK, TopP = cut.TopP, MinP = cut.MinP })];

    /// <summary>Fits the options of a bundle to the held-out comments.</summary>
    /// <param name="bundle">The folder of a whole bundle.</param>
    /// <param name="data">What it was trained with.</param>
    /// <returns>The options, and what was compared; the usual options and null where too few comments are held out.</returns>
    public static (SamplingOptions Sampling, FittedSpeech? Fitted) Run(string bundle, TrainingData data)
    {
        int count = Math.Min(MostMoments, data.Validation.Count);
        if (count < LeastMoments)
            return (new SamplingOptions(), null);
        Example[] moments = [.. Enumerable.Range(0, count).Select(i => data.Validation[(int)((long)i * data.Validation.Count / count)])];
        string[] training = [.. data.Training.Select(example => data.Vocabulary.Decode(example.Tokens))];
        SpeechFigures people = Speech.Of([.. moments.Select(example => data.Vocabulary.Decode(example.Tokens))], training);

        using var model = Runtime.CommentModel.Open(bundle);
        ClipContext[] clips = [.. moments.Select(example => PrecisionCost.Encode(model, data, example))];
        var (best, least, said) = (new SamplingOptions(), double.PositiveInfinity, people);
        BatchScheduler writer = model.CreateBatchScheduler(Rows);
        try
        {
            Search();
        }
        finally
        {
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();    // before the model
        }
        return (best, new FittedSpeech(said, people));

        void Search()
        {
            foreach (SamplingOptions options in Cuts.SelectMany(cut => Temperatures.Select(temperature => cut with { Temperature = temperature })))
            {
                if (options.TopK > model.Config.VocabularySize)
                    continue;
                SpeechFigures figures = Speech.Of(Draw(writer, clips, options), training);
                double difference = Difference(figures, people);
                if (difference < least)
                    (best, least, said) = (options, difference, figures);
            }
        }
    }

    /// <summary>How far two figures are apart: the sum of the logarithms of what each is in parts of the other.</summary>
    public static double Difference(SpeechFigures said, SpeechFigures people) =>
        Apart(said.MeanWords, people.MeanWords) + Apart(said.EmoteShare, people.EmoteShare) + Apart(said.Distinct1, people.Distinct1)
        + Apart(said.Distinct2, people.Distinct2) + Apart(said.Memorized ?? 0, people.Memorized ?? 0);

    private static double Apart(double one, double other) => Math.Abs(Math.Log((one + Least) / (other + Least)));

    // One comment at each moment, each with a seed of its own; withheld ones are left out.
    private static string[] Draw(BatchScheduler writer, ClipContext[] clips, SamplingOptions options) =>
        [.. Task.WhenAll(clips.Select((clip, i) => writer.GenerateAsync(clip, options with { Seed = (ulong)i }))).GetAwaiter().GetResult()
            .Where(comment => !comment.IsWithheld).Select(comment => comment.Text)];
}
