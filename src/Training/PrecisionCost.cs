using System.Globalization;
using System.Numerics.Tensors;
using Twitch.Runtime;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary>Measures what a bundle loses in int8 or float16 against float32: the decoder step, and the video encoder where it has one.</summary>
public static class PrecisionCost
{
    /// <summary>The rise of perplexity, as a share, from which on an export warns.</summary>
    public const double Tolerable = 0.01;

    // Both decoders see the same comments, so that few of them already show a difference of some per mille.
    private const int MostComments = 128;

    /// <summary>On comments that were not learned from: some of them, evenly spread.</summary>
    /// <param name="plain">The bundle, opened in float32.</param>
    /// <param name="rounded">The same one, opened in the precision.</param>
    /// <param name="data">The examples.</param>
    /// <param name="rows">For how many rows its decoder step is made.</param>
    public static VariantCost OnHeldOut(Runtime.CommentModel plain, Runtime.CommentModel rounded, TrainingData data, int rows = 1)
    {
        IReadOnlyList<Example> all = data.Validation;
        int count = Math.Min(MostComments, all.Count);
        return Measure(plain, rounded, rows, VariantCost.HeldOut, Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]).Select(example =>
            (Encode(plain, data, example), Encode(rounded, data, example), example.Tokens)));
    }

    /// <summary>What the decoder begins with after an example's window.</summary>
    internal static ClipContext Encode(Runtime.CommentModel model, TrainingData data, Example example) =>
        model.Encode(data.Streams[example.Stream], example.Window, model.Config.Chat is ChatSpec chat ? example.Chat.Window(chat) : null);

    /// <summary>On the windows of golden files, whose words are random: how likely they are says nothing.</summary>
    /// <param name="plain">The bundle, opened in float32.</param>
    /// <param name="rounded">The same one, opened in the precision.</param>
    /// <param name="goldens">Files of <see cref="Golden"/>.</param>
    /// <param name="rows">For how many rows its decoder step is made.</param>
    public static VariantCost OnGoldens(Runtime.CommentModel plain, Runtime.CommentModel rounded, IEnumerable<string> goldens, int rows = 1)
    {
        VariantCost cost = Measure(plain, rounded, rows, VariantCost.Golden, goldens.SelectMany(Rows));
        return cost with { PerplexityBefore = null, PerplexityAfter = null };

        IEnumerable<(ClipContext, ClipContext, int[])> Rows(string file)
        {
            using SafeTensors golden = SafeTensors.Open(file);
            int rows = (int)golden.Find("tokens").Shape[0], length = (int)golden.Find("tokens").Shape[1], size = plain.Config.HiddenSize;
            Runtime.PastWords[]? past = plain.Chat is null ? null : Runtime.PastWords.Read(golden, rows);
            for (int row = 0; row < rows; row++)
            {
                var clip = new ClipContext(golden.Read<float>("hidden").Slice(row * size, size), golden.Read<float>("cell").Slice(row * size, size), past?[row]);
                yield return (clip, clip, [.. golden.Read<long>("tokens").Slice(row * length, length).ToArray().Select(token => (int)token)]);
            }
        }
    }

    /// <summary>The cost in a line, a warning if it is high.</summary>
    /// <param name="precision">Name of the precision.</param>
    /// <param name="cost">What it loses.</param>
    public static string Describe(string precision, VariantCost cost)
    {
        string agreement = string.Create(CultureInfo.InvariantCulture, $"the most likely word stays in {cost.GreedyAgreement:0.0 %} of {cost.Tokens}");
        if (cost.PerplexityRise() is not double rise)
            return $"In {precision} {agreement} random words; without held-out comments its perplexity is not measured";
        string perplexity = string.Create(CultureInfo.InvariantCulture, $"perplexity {cost.PerplexityBefore:0.000} becomes {cost.PerplexityAfter:0.000} ({VariantCost.Percent(rise)})");
        return rise > Tolerable
            ? $"warning: {precision} costs: {perplexity}, and {agreement} held-out words; use --precision float32 (the default) with this bundle."
            : $"In {precision} {perplexity}, and {agreement} held-out words";
    }

    private static VariantCost Measure(Runtime.CommentModel plain, Runtime.CommentModel rounded, int rows, string measuredOn, IEnumerable<(ClipContext Plain, ClipContext Rounded, int[] Tokens)> comments)
    {
        using IModelDecoder first = plain.CreateDecoder();
        using IModelBatchDecoder second = rounded.CreateBatchDecoder(rows);
        double before = 0, after = 0, most = 0;
        int count = 0, tokens = 0, agreeing = 0;
        foreach ((ClipContext clip, ClipContext roundedClip, int[] said) in comments)
        {
            first.Reset(clip);
            second.Reset(0, roundedClip);
            for (int i = 0; i + 1 < said.Length; i++)
            {
                ReadOnlySpan<float> expected = first.Advance(said[i]), found = second.Advance([said[i]]);    // each [vocabulary]
                before -= LogProbability(expected, said[i + 1]);
                after -= LogProbability(found, said[i + 1]);
                agreeing += TensorPrimitives.IndexOfMax(expected) == TensorPrimitives.IndexOfMax(found) ? 1 : 0;
                for (int id = 0; id < expected.Length; id++)
                    most = Math.Max(most, Math.Abs(expected[id] - found[id]));
                tokens++;
            }
            count++;
        }
        return new VariantCost(measuredOn, count, tokens, (double)agreeing / tokens, most, Math.Exp(before / tokens), Math.Exp(after / tokens));
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        float most = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - most);
        return logits[token] - most - Math.Log(sum);
    }
}
