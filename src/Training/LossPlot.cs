using ScottPlot;

namespace Twitch.Training;

/// <summary>The curves of a run as a picture, <c>loss.png</c>.</summary>
/// <remarks>Its words need a font on the machine; libgtk-3-0, without which frames cannot be captured, brings one.</remarks>
public static class LossPlot
{
    private const int Width = 900, Height = 520;
    private const string Font = "DejaVu Sans";    // the font that libgtk-3-0 brings on Debian and Ubuntu; another one serves too

    /// <summary>Draws training and validation loss over the epochs, and marks the best one.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="epochs">At least one epoch.</param>
    public static void Write(string path, IReadOnlyList<EpochMetrics> epochs)
    {
        double[] numbers = [.. epochs.Select(epoch => (double)epoch.Epoch)];
        EpochMetrics best = epochs.MinBy(epoch => epoch.ValidationLoss)!;

        using var plot = new Plot();
        var train = plot.Add.Scatter(numbers, epochs.Select(epoch => epoch.TrainLoss).ToArray());
        train.LegendText = "training";
        var validation = plot.Add.Scatter(numbers, epochs.Select(epoch => epoch.ValidationLoss).ToArray());
        validation.LegendText = "validation";
        var mark = plot.Add.Marker(best.Epoch, best.ValidationLoss, MarkerShape.OpenCircle, 16);
        mark.LegendText = $"best: perplexity {best.ValidationPerplexity:F2} after epoch {best.Epoch}";
        plot.Font.Set(Font);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.XLabel("epoch");
        plot.YLabel("loss per token (nats)");
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(path, Width, Height);
    }
}
