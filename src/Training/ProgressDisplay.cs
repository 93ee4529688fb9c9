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
    private readonly List<(EpochMetrics Epoch, bool IsBest)> _epochs = [];
    private readonly Stopwatch _sinceRefresh = Stopwatch.StartNew();
    private readonly ManualResetEventSlim _ended = new();
    private readonly LiveDisplayContext _live;
    private readonly Task _display;
    private TrainingProgress _now;

    /// <summary>Begins a live table on a console.</summary>
    public ProgressDisplay(IAnsiConsole console)
    {
        // Spectre.Console shows a table as long as a callback runs: it runs on a thread of its own, and waits.
        _console = console;
        var begun = new TaskCompletionSource<LiveDisplayContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        _display = Task.Factory.StartNew(() => console.Live(Text.Empty).Start(live =>
        {
            begun.SetResult(live);
            _ended.Wait();
        }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task.WaitAny(begun.Task, _display);
        _live = begun.Task.IsCompleted ? begun.Task.Result : throw _display.Exception!.GetBaseException();
    }

    /// <summary>The display for stderr: a live table on a terminal, else plain lines.</summary>
    /// <param name="isRedirected">Whether stderr goes to a file or a pipe.</param>
    public static ITrainingProgress Create(bool isRedirected)
    {
        if (!isRedirected)
        {
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
                return new ProgressDisplay(console);
        }
        return new PlainProgress(Console.Error, PlainProgress.LogInterval);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended.IsSet)
            return;
        _ended.Set();
        _display.Wait();    // the table stays, complete, on the screen
    }

    /// <inheritdoc/>
    public void RateLearned(RateResult result)
    {
        Dispose();    // the table is complete
        _console.WriteLine(PlainProgress.Describe(result));
    }

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
            table.AddRow(
                $"{epoch.Epoch}", $"{epoch.TrainLoss:F3}",
                isBest ? $"[green]{epoch.ValidationPerplexity:F2} best[/]" : $"{epoch.ValidationPerplexity:F2}",
                $"{epoch.CommentsPerSecond:F0}", $"{epoch.Seconds:F1} s");

        double share = _now.Steps > 0 ? (double)_now.Step / _now.Steps : 0;
        const int Cells = 30;
        int done = (int)(share * Cells);
        IRenderable line = new Markup($"step {_now.Step} of {_now.Steps} [green]{new string('━', done)}[/][grey]{new string('━', Cells - done)}[/] " +
            $"loss {_now.SmoothedLoss:F3}  {_now.CommentsPerSecond:F0} comments/s  at most {PlainProgress.Round(_now.TimeLeft)} left");
        _live.UpdateTarget(new Rows(table, line));
        _live.Refresh();
        _sinceRefresh.Restart();
    }
}
