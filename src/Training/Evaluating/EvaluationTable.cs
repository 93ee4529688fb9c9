using System.Globalization;

namespace Twitch.Training.Evaluating;

/// <summary>A table of a report: <c>evaluate</c> prints it as Markdown and writes it as HTML.</summary>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">Cells; an empty one has no figure.</param>
internal sealed record EvaluationTable(IReadOnlyList<string> Header, IReadOnlyList<string[]> Rows)
{
    /// <summary>What was measured on.</summary>
    public static string Summary(EvaluationReport report) => Text(
        $"{report.Comments} comments, {report.Tokens} words and ends, {100.0 * report.UnknownTokens / report.Tokens:0.0} % of them words that {(report.Subwords ? "are spelt in pieces" : $"are unknown ({report.UnseenWords} different ones share <UNK>'s probability)")}; {report.CandidateSets} rankings of up to {report.MostCandidates} candidates{(report.Protocol is null ? "" : $" ({report.Protocol})")}; baselines learned from {report.TrainingComments} comments; intervals hold 95 %, from blocks of {report.BlockSeconds:0} s");

    /// <summary>What the right window is worth.</summary>
    public static EvaluationTable Gaps(EvaluationReport report) => new(["the wrong window", "nats lost per comment"], [
        ["another moment's pictures and sound", Cell(report.Gap.Both, "0.00")],
        ["another moment's pictures", Cell(report.Gap.Frames, "0.00")],
        ["another moment's sound", Cell(report.Gap.Sound, "0.00")],
        .. report.Gap.Chat is null ? (string[][])[] : [["another moment's past chat", Cell(report.Gap.Chat, "0.00")], ["no past chat", Cell(report.Gap.NoChat, "0.00")]],
    ]);

    /// <summary>Likelihood and retrieval of the network and of the baselines.</summary>
    public static EvaluationTable Forecasts(EvaluationReport report) => new(
        ["", "perplexity per word", "nats per comment", "bits per character", "recall@1", "recall@5", "recall@10", "mean rank", "MRR"],
        [.. report.Forecasts.Select(forecast => (string[])[
            forecast.Name,
            Cell(forecast.Perplexity, "0.00"),
            Cell(forecast.NatsInterval, "0.00"),
            Cell(forecast.BitsPerCharacter, "0.000"),
            Cell(forecast.Retrieval?.RecallAt1, "0.000"),
            Cell(forecast.Retrieval?.RecallAt5, "0.000"),
            Cell(forecast.Retrieval?.RecallAt10, "0.000"),
            Cell(forecast.Retrieval?.MeanRank, "0.0"),
            Cell(forecast.Retrieval?.MeanReciprocalRank, "0.000"),
        ])]);

    /// <summary>Comments by whose wording they are; null where that is not known.</summary>
    public static EvaluationTable? Wording(EvaluationReport report) => report.Wording is not { } kinds ? null : new EvaluationTable(
        ["the network, by who uses a comment's wording", "comments", "share", "nats per comment", "bits per character", "unigram of comments, bits", "Kneser-Ney over characters, bits"],
        [.. kinds.Select(kind => (string[])[
            kind.Name, Text($"{kind.Comments}"), Percent(kind.Share), Cell(kind.NatsPerComment, "0.00"), Cell(kind.BitsPerCharacter, "0.000"),
            Cell(kind.UnigramBits, "0.000"), Cell(kind.NgramBits, "0.000"),
        ])]);

    /// <summary>Errors by kind of candidate; null if no kinds are known.</summary>
    public static EvaluationTable? Kinds(EvaluationReport report)
    {
        Forecast[] known = [.. report.Forecasts.Where(forecast => forecast.Retrieval?.RankedFirst is not null)];
        return known.Length == 0 ? null : new EvaluationTable(
            ["ranked first: share of", "truth", "popular", "plausible", "random", "above the truth: popular", "plausible", "random"],
            [.. known.Select(forecast => (forecast.Name, First: forecast.Retrieval!.RankedFirst!, Above: forecast.Retrieval.RankedAbove!)).Select(row => (string[])[
                row.Name, Percent(row.First.Truth), Percent(row.First.Popular), Percent(row.First.Plausible), Percent(row.First.Random),
                Percent(row.Above.Popular), Percent(row.Above.Plausible), Percent(row.Above.Random),
            ])]);
    }

    /// <summary>When people comment; null if the network does not say.</summary>
    public static EvaluationTable? When(EvaluationReport report) => report.When is not RateForecasts when ? null : new EvaluationTable(
        [Text($"when people comment ({when.Comments} comments in {when.Seconds} s)"), "log-likelihood, nats per comment", "above the constant rate"], [
            ["the network", Cell(when.Network, "0.000"), Cell(when.NetworkGain, "0.000")],
            [when.ConstantIsOwn ? Text($"constant rate of these comments, {when.ConstantRate:0.00}/s") : Text($"constant rate of the comments before, {when.ConstantRate:0.00}/s"), Cell(when.Constant, "0.000"), ""],
            ["mean of the last minute", Cell(when.LastMinute, "0.000"), Cell(when.LastMinuteGain, "0.000")],
        ]);

    /// <summary>What is said.</summary>
    public static EvaluationTable Speeches(EvaluationReport report)
    {
        return new EvaluationTable(["who speaks", "comments", "distinct-1", "distinct-2", "found in training", "mean words", "emotes", "with one person's wording"],
            [Row("the network", report.Said, report.SaidOwn), Row("people", report.People, report.PeopleOwn), .. report.Fitted is not { } fitted ? (string[][])[] : [Row("the network, when it was exported", fitted.Network, null), Row("people, when it was exported", fitted.People, null)]]);

        static string[] Row(string name, SpeechFigures speech, int? own) =>
            [name, Text($"{speech.Comments}"), Cell(speech.Distinct1, "0.000"), Cell(speech.Distinct2, "0.000"), speech.Memorized is double share ? Percent(share) : "", Cell(speech.MeanWords, "0.00"), Percent(speech.EmoteShare), own is int count ? Text($"{count}") : ""];
    }

    /// <summary>Every table of a report.</summary>
    public static IEnumerable<EvaluationTable> All(EvaluationReport report) =>
        new[] { Gaps(report), Forecasts(report), Wording(report), Kinds(report), When(report), Speeches(report) }.OfType<EvaluationTable>();

    /// <summary>A report as it is printed.</summary>
    public static string Markdown(EvaluationReport report) => string.Join("\n\n", [Summary(report), .. All(report).Select(table => table.Markdown())]);

    /// <summary>The table as Markdown.</summary>
    public string Markdown() => string.Join('\n',
        Line(Header),
        $"|---{string.Concat(Enumerable.Repeat("|---:", Header.Count - 1))}|",
        string.Join('\n', Rows.Select(Line)));

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Cell(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Cell(Interval? interval, string format) => interval is null ? "" : $"{Cell(interval.Value, format)} [{Cell(interval.Low, format)}, {Cell(interval.High, format)}]";

    private static string Percent(double share) => Text($"{100 * share:0.0} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
