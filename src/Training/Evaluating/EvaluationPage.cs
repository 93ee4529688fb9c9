using System.Net;
using System.Text;

namespace Twitch.Training.Evaluating;

/// <summary>A report as one HTML file that needs no other.</summary>
internal static class EvaluationPage
{
    private const string Style =
        "body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222}" +
        "table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}" +
        "th,td{padding:.3rem .6rem;border-bottom:1px solid #ddd;text-align:right}" +
        "td{white-space:nowrap}th:first-child,td:first-child{text-align:left}img{max-width:100%;height:auto}.scroll{overflow-x:auto}";

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bundle">What was evaluated, for the title.</param>
    /// <param name="report">The figures.</param>
    /// <exception cref="TwitchException">The file cannot be written (exit code 1).</exception>
    public static void Write(string path, string bundle, EvaluationReport report)
    {
        try
        {
            File.WriteAllText(path, Html(bundle, report), new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be written: {e.Message}", ExitCode.Failed, e);
        }
    }

    /// <summary>The page's text.</summary>
    public static string Html(string bundle, EvaluationReport report)
    {
        var page = new StringBuilder();
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Evaluation of {Escape(bundle)}</title>\n<style>{Style}</style>\n</head>\n<body>\n");
        page.Append($"<h1>Evaluation of {Escape(bundle)}</h1>\n<p>{Escape(EvaluationTable.Summary(report))}.</p>\n");
        Section("Right against wrong window", "What a comment loses when the network sees or hears another moment: above 0 if it uses what it sees and hears.", EvaluationPlots.Gaps(report), EvaluationTable.Gaps(report));
        Section("Forecasts", "The network beside what needs no network. Fewer nats and bits are better; so are high recalls and low ranks.", EvaluationPlots.Losses(report), EvaluationTable.Forecasts(report));
        if (EvaluationPlots.Ranks(report) is byte[] ranks)
            Section("Ranking", "Each comment among candidates: popular ones, ones like the chat just before, random ones.", ranks, EvaluationTable.Kinds(report));
        if (report.When is RateForecasts when)
            Section("When people comment", "Comments per second, and what the network expects from what it saw and heard, and from the chat before. Likelihoods are of the comments' times, Σ ln rate − ∫ rate; more is better.", EvaluationPlots.Rates(when), EvaluationTable.When(report));
        Section("What is said", "One generated comment for each held-out comment's moment, beside what people said.", null, EvaluationTable.Speeches(report));
        return page.Append("</body>\n</html>\n").ToString();

        void Section(string title, string explanation, byte[]? picture, EvaluationTable? table)
        {
            page.Append($"<h2>{Escape(title)}</h2>\n<p>{Escape(explanation)}</p>\n");
            if (picture is not null)
                page.Append($"<img alt=\"{Escape(title)}\" src=\"data:image/png;base64,{Convert.ToBase64String(picture)}\">\n");
            if (table is not null)
                page.Append($"<div class=\"scroll\"><table>\n<thead>{Row(table.Header, "th")}</thead>\n<tbody>\n{string.Concat(table.Rows.Select(row => Row(row, "td")))}</tbody>\n</table></div>\n");
        }
    }

    private static string Row(IReadOnlyList<string> cells, string element) => $"<tr>{string.Concat(cells.Select(cell => $"<{element}>{Escape(cell)}</{element}>"))}</tr>\n";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
