using System.Text.Json.Serialization;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>A second of a recording.</summary>
/// <param name="Second">Its beginning.</param>
/// <param name="Comments">Comments in it.</param>
/// <param name="Rate">Comments that the network expected.</param>
internal readonly record struct RatePoint(int Second, int Comments, double Rate);

/// <summary>How well it is foreseen when people comment: log-likelihood of the comments' times per comment, Σ ln rate − ∫ rate over the number of
/// comments, in nats. A rate is told for a second at its beginning, from what was seen, heard and said before it.</summary>
/// <param name="Seconds">Seconds of the range.</param>
/// <param name="Comments">Comments in them.</param>
/// <param name="Network">The network's rate.</param>
/// <param name="Constant">A rate that never changes.</param>
/// <param name="LastMinute">The mean of the last minute, with one comment more at the constant rate, so that it is never 0.</param>
/// <param name="NetworkGain">How much the network is above the constant rate.</param>
/// <param name="LastMinuteGain">How much the last minute's is.</param>
/// <param name="ConstantRate">The constant rate, in comments per second.</param>
/// <param name="ConstantIsOwn">Whether it is that of the range itself, for want of comments before it: nobody can know it beforehand.</param>
internal sealed record RateForecasts(
    int Seconds, int Comments, Interval Network, Interval Constant, Interval LastMinute, Interval NetworkGain, Interval LastMinuteGain, double ConstantRate, bool ConstantIsOwn)
{
    private const int Minute = 60;

    /// <summary>The seconds of the first recording.</summary>
    [JsonIgnore]
    public IReadOnlyList<RatePoint> Course { get; private init; } = [];

    /// <summary>Measures the rates of a range.</summary>
    /// <param name="model">The opened bundle; it must have a rate.</param>
    /// <param name="heldOut">The range.</param>
    /// <param name="scorer">Gives the states.</param>
    /// <param name="block">Length of a block of the bootstrap.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <param name="cancellation">Stops between two seconds.</param>
    public static RateForecasts Measure(Runtime.CommentModel model, HeldOut heldOut, BundleScorer scorer, TimeSpan block, long seed, CancellationToken cancellation)
    {
        var points = new List<(int Stream, RatePoint Point, int LastMinute)>();
        for (int i = 0; i < heldOut.Streams.Count; i++)
        {
            IPreparedStream stream = heldOut.Streams[i];
            int[] counts = Counts(stream);
            IReadOnlyList<PastComment> chat = ChatBefore.Encode(stream.Comments, model.Vocabulary);
            int first = (int)Math.Ceiling(heldOut.First.TotalSeconds), last = (int)Math.Min(counts.Length, Math.Floor(heldOut.Last.TotalSeconds));
            for (int second = first; second < last; second++)
            {
                cancellation.ThrowIfCancellationRequested();
                TimeSpan time = TimeSpan.FromSeconds(second);
                ClipWindow window = ClipWindow.Before(time, heldOut.Config, stream.FrameCount, stream.StepCount);
                if (!window.IsEmpty)
                    points.Add((i, new RatePoint(second, counts[second], model.Rate(scorer.StateOf(i, window, time), model.Chat is null ? null : ChatPace.Before(time, chat))), counts[Math.Max(0, second - Minute)..second].Sum()));
            }
        }

        int before = heldOut.Streams.Sum(stream => stream.Comments.Count(comment => comment.Time >= TimeSpan.Zero && comment.Time < heldOut.First));
        int comments = points.Sum(point => point.Point.Comments);
        double secondsBefore = heldOut.Streams.Sum(stream => Math.Min(heldOut.First.TotalSeconds, stream.FrameCount));
        double constant = before > 0 ? before / secondsBefore : comments / (double)points.Count;
        double[] network = Likelihoods(point => point.Point.Rate), same = Likelihoods(_ => constant);
        double[] minute = Likelihoods(point => (point.LastMinute + 1) / (Math.Min(Minute, point.Point.Second) + 1 / constant));
        var bootstrap = new BlockBootstrap([.. points.Select(point => (point.Stream, TimeSpan.FromSeconds(point.Point.Second)))], block, seed);
        double[] weights = [.. points.Select(point => (double)point.Point.Comments)];
        return new RateForecasts(
            points.Count, comments, Mean(network), Mean(same), Mean(minute), Gain(network), Gain(minute), Math.Round(constant, 4), before == 0)
        {
            Course = [.. points.Where(point => point.Stream == 0).Select(point => point.Point)],
        };

        double[] Likelihoods(Func<(int Stream, RatePoint Point, int LastMinute), double> rate) =>
            [.. points.Select(point => point.Point.Comments * Math.Log(rate(point)) - rate(point))];

        Interval Mean(double[] likelihoods) => bootstrap.Ratio(likelihoods, weights).Rounded();

        Interval Gain(double[] likelihoods) => Mean([.. likelihoods.Zip(same, (one, other) => one - other)]);
    }

    // Comments in each second.
    private static int[] Counts(IPreparedStream stream)
    {
        var counts = new int[stream.FrameCount];
        foreach (ChatComment comment in stream.Comments)
        {
            double second = Math.Floor(comment.Time.TotalSeconds);
            if (second >= 0 && second < counts.Length)
                counts[(int)second]++;
        }
        return counts;
    }
}
