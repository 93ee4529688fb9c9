using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Twitch.Training;

/// <summary>Progress as a live table on a terminal: the last epochs, and the step under way beneath them.</summary>
public sealed class ProgressDisplay : ITrainingProgress
{
    private const int EpochRows = 8;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(200);

    private readonly IAnsiConsole _console;
    private readonly LiveDisplayContext _live;
    private readonly List<(EpochMetrics Epoch, bool IsBest)> _epochs = [];
    private readonly Stopwatch _sinceRefresh = Stopwatch.StartNew();
    private TrainingProgress _now;

    private ProgressDisplay(IAnsiConsole console, LiveDisplayContext live)
    {
        _console = console;
        _live = live;
    }

    /// <summary>Runs work that reports its progress on stderr: a live table on a terminal, else plain lines.</summary>
    /// <param name="work">Trains, telling the sink it is given.</param>
    public static T Run<T>(Func<ITrainingProgress, T> work)
    {
        if (Console.IsErrorRedirected)
            return work(new PlainProgress(Console.Error, TimeSpan.FromSeconds(10)));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi
            ? Run(console, work)
            : work(new PlainProgress(Console.Error, TimeSpan.FromSeconds(10)));
    }

    /// <summary>Runs work that reports its progress as a live table on a console.</summary>
    public static T Run<T>(IAnsiConsole console, Func<ITrainingProgress, T> work) =>
        console.Live(Text.Empty).Start(live => work(new ProgressDisplay(console, live)));

    /// <inheritdoc/>
    public void Started(TrainingPlan plan) => _console.WriteLine(PlainProgress.Describe(plan));

    /// <inheritdoc/>
    public void Advanced(TrainingProgress progress)
    {
        _now = progress;
        if (_sinceRefresh.Elapsed >= RefreshInterval)
            Refresh();
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics epoch, bool isBest)
    {
        _epochs.Add((epoch, isBest));
        Refresh();
    }

    private void Refresh()
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("epoch", "training loss", "validation perplexity", "comments/s", "time");
        foreach ((EpochMetrics epoch, bool isBest) in _epochs.TakeLast(EpochRows))
            table.AddRow($"{epoch.Epoch}", $"{epoch.TrainLoss:F3}", isBest ? $"[green]{epoch.ValidationPerplexity:F2} best[/]" : $"{epoch.ValidationPerplexity:F2}", $"{epoch.CommentsPerSecond:F0}", $"{epoch.Seconds:F1} s");

        double share = _now.Steps > 0 ? (double)_now.Step / _now.Steps : 0;
        const int Cells = 30;
        int done = (int)(share * Cells);
        IRenderable line = new Markup($"step {_now.Step} of {_now.Steps} [green]{new string('━', done)}[/][grey]{new string('━', Cells - done)}[/] loss {_now.SmoothedLoss:F3}  {_now.CommentsPerSecond:F0} comments/s  at most {PlainProgress.Round(_now.TimeLeft)} left");
        _live.UpdateTarget(new Rows(table, line));
        _live.Refresh();
        _sinceRefresh.Restart();
    }
}
