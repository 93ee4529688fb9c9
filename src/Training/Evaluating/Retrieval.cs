using System.Text.Json.Serialization;

namespace Twitch.Training.Evaluating;

/// <summary>Shares of the four kinds of candidates.</summary>
/// <param name="Truth">What was said.</param>
/// <param name="Popular">What is said often.</param>
/// <param name="Plausible">What is like the chat just before.</param>
/// <param name="Random">Drawn at random.</param>
internal sealed record KindShares(double Truth, double Popular, double Plausible, double Random);

/// <summary>How well a forecast ranks what was said among other comments.</summary>
/// <param name="RecallAt1">Share of moments at which what was said ranks first.</param>
/// <param name="RecallAt5">… among the first 5.</param>
/// <param name="RecallAt10">… among the first 10.</param>
/// <param name="MeanRank">Mean rank of what was said; 1 is the best.</param>
/// <param name="MeanReciprocalRank">Mean of 1 / rank.</param>
/// <param name="RankedFirst">Which kind of candidate ranks first; absent if the kinds are not known.</param>
/// <param name="RankedAbove">Share of each kind's candidates that rank above what was said.</param>
internal sealed record RetrievalScores(
    [property: JsonPropertyName("recall_at_1")] Interval RecallAt1,
    [property: JsonPropertyName("recall_at_5")] Interval RecallAt5,
    [property: JsonPropertyName("recall_at_10")] Interval RecallAt10,
    Interval MeanRank,
    Interval MeanReciprocalRank,
    KindShares? RankedFirst,
    KindShares? RankedAbove);

/// <summary>Where one moment's truth stands. Equal scores count by expectation, as if their order were drawn.</summary>
/// <param name="Above">Candidates with a higher score.</param>
/// <param name="Equal">Other candidates with the same score.</param>
internal readonly record struct Standing(int Above, int Equal)
{
    /// <summary>Finds it.</summary>
    public static Standing Of(ReadOnlySpan<double> scores, int truth)
    {
        int above = 0, equal = -1;
        foreach (double score in scores)
        {
            if (score > scores[truth])
                above++;
            else if (score == scores[truth])
                equal++;
        }
        return new Standing(above, equal);
    }

    /// <summary>Expected rank; 1 is the best.</summary>
    public double Rank => 1 + Above + Equal / 2.0;

    /// <summary>Expected 1 / rank.</summary>
    public double ReciprocalRank
    {
        get
        {
            double sum = 0;
            for (int rank = Above + 1; rank <= Above + Equal + 1; rank++)
                sum += 1.0 / rank;
            return sum / (Equal + 1);
        }
    }

    /// <summary>Probability to be among the first.</summary>
    public double Recall(int first) => Math.Clamp((first - Above) / (double)(Equal + 1), 0, 1);
}

/// <summary>Measures rankings of candidates.</summary>
internal static class Retrieval
{
    private const int KindCount = 4;

    /// <summary>Measures one forecast.</summary>
    /// <param name="sets">Candidates with a truth each.</param>
    /// <param name="scores">For each candidate; the higher, the better.</param>
    /// <param name="bootstrap">Over the sets' moments.</param>
    public static RetrievalScores Measure(IReadOnlyList<CandidateSet> sets, IReadOnlyList<double[]> scores, BlockBootstrap bootstrap)
    {
        Standing[] standings = [.. sets.Select((set, i) => Standing.Of(scores[i], set.Truth!.Value))];
        bool known = sets.All(set => set.Kinds is not null);
        return new RetrievalScores(
            Mean(standing => standing.Recall(1)),
            Mean(standing => standing.Recall(5)),
            Mean(standing => standing.Recall(10)),
            Mean(standing => standing.Rank),
            Mean(standing => standing.ReciprocalRank),
            known ? First(sets, scores) : null,
            known ? Above(sets, scores) : null);

        Interval Mean(Func<Standing, double> figure) => bootstrap.Ratio([.. standings.Select(figure)]).Rounded();
    }

    private static KindShares First(IReadOnlyList<CandidateSet> sets, IReadOnlyList<double[]> scores)
    {
        var shares = new double[KindCount];
        for (int i = 0; i < sets.Count; i++)
        {
            double best = scores[i].Max();
            int count = scores[i].Count(score => score == best);
            for (int j = 0; j < scores[i].Length; j++)
            {
                if (scores[i][j] == best)
                    shares[(int)sets[i].Kinds![j]] += 1.0 / count / sets.Count;
            }
        }
        return Shares(shares);
    }

    private static KindShares Above(IReadOnlyList<CandidateSet> sets, IReadOnlyList<double[]> scores)
    {
        var (above, all) = (new double[KindCount], new double[KindCount]);
        for (int i = 0; i < sets.Count; i++)
        {
            double truth = scores[i][sets[i].Truth!.Value];
            for (int j = 0; j < scores[i].Length; j++)
            {
                int kind = (int)sets[i].Kinds![j];
                all[kind]++;
                above[kind] += scores[i][j] > truth ? 1 : scores[i][j] == truth && j != sets[i].Truth ? 0.5 : 0;
            }
        }
        return Shares([.. above.Zip(all, (part, whole) => whole == 0 ? 0 : part / whole)]);
    }

    private static KindShares Shares(double[] shares) =>
        new(Math.Round(shares[0], 4), Math.Round(shares[1], 4), Math.Round(shares[2], 4), Math.Round(shares[3], 4));
}
