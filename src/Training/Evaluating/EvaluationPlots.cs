using ScottPlot;

namespace Twitch.Training.Evaluating;

/// <summary>The pictures of an evaluation's report, as PNG.</summary>
/// <remarks>Their words need a font on the machine, as <see cref="LossPlot"/>'s do.</remarks>
internal static class EvaluationPlots
{
    private const int Width = 900, RowHeight = 44, Margin = 110;
    private const string Font = "DejaVu Sans";

    /// <summary>What the wrong window costs.</summary>
    public static byte[] Gaps(EvaluationReport report) => Bars("nats lost per comment",
        [("other pictures and sound", report.Gap.Both), ("other pictures", report.Gap.Frames), ("other sound", report.Gap.Sound)]);

    /// <summary>Mean reciprocal rank of each forecast; null if nothing was ranked.</summary>
    public static byte[]? Ranks(EvaluationReport report)
    {
        (string, Interval)[] bars = [.. report.Forecasts.Where(forecast => forecast.Retrieval is not null).Select(forecast => (forecast.Name, forecast.Retrieval!.MeanReciprocalRank))];
        return bars.Length == 0 ? null : Bars("mean reciprocal rank", bars);
    }

    /// <summary>Nats per comment of each forecast that gives probabilities.</summary>
    public static byte[] Losses(EvaluationReport report) => Bars("nats per comment (fewer are better)",
        [.. report.Forecasts.Where(forecast => forecast.NatsInterval is not null).Select(forecast => (forecast.Name, forecast.NatsInterval!))]);

    /// <summary>Comments per second of the first recording, and what the network expects.</summary>
    public static byte[] Rates(RateForecasts when)
    {
        const int Mean = 5;    // seconds in a point of the comments' curve
        using var plot = new Plot();
        double[] seconds = [.. when.Course.Select(point => point.Second)];
        var comments = plot.Add.Scatter(
            when.Course.Chunk(Mean).Select(chunk => chunk.Average(point => point.Second)).ToArray(), when.Course.Chunk(Mean).Select(chunk => chunk.Average(point => (double)point.Comments)).ToArray(), Colors.Gray);
        comments.LegendText = $"comments per second, means of {Mean} s";
        var rate = plot.Add.Scatter(seconds, when.Course.Select(point => point.Rate).ToArray(), Colors.C0);
        rate.LegendText = "expected";
        foreach (var curve in (ScottPlot.Plottables.Scatter[])[comments, rate])
            curve.MarkerSize = 0;
        plot.Font.Set(Font);
        plot.XLabel("seconds");
        plot.ShowLegend(Alignment.UpperRight);
        return plot.GetImageBytes(Width, Width / 3, ImageFormat.Png);
    }

    private static byte[] Bars(string axis, (string Name, Interval Figure)[] bars)
    {
        using var plot = new Plot();
        for (int i = 0; i < bars.Length; i++)
        {
            double position = bars.Length - i;    // the first on top
            Interval figure = bars[i].Figure;
            var bar = plot.Add.Bar(position, figure.Value);
            bar.Horizontal = true;
            bar.Color = i == 0 ? Colors.C0 : Colors.C0.WithAlpha(0.5);
            var interval = plot.Add.Line(figure.Low, position, figure.High, position);
            interval.LineWidth = 3;
            interval.Color = Colors.Black;
        }
        plot.Font.Set(Font);
        plot.Axes.Left.SetTicks([.. bars.Select((_, i) => (double)(bars.Length - i))], [.. bars.Select(bar => bar.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Margins(left: 0);
        plot.XLabel(axis);
        return plot.GetImageBytes(Width, Margin + RowHeight * bars.Length, ImageFormat.Png);
    }
}
