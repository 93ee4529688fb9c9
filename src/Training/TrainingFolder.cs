using System.Text.Json;
using static TorchSharp.torch;
using Twitch.Export.Perception;

namespace Twitch.Training;

/// <summary>The folder of a run: a checkpoint with the best weights, and in <c>training/</c> what is needed to go on.</summary>
/// <remarks>A save fills a new folder beside the old one and is then renamed into its place, so a kill leaves one of the two. While
/// it is open no other process can train into it: a locked file beside it, which the system unlocks however the process ends, says so.</remarks>
public sealed class TrainingFolder : IDisposable
{
    /// <summary>File names within the folder.</summary>
    public const string MetricsFile = "metrics.jsonl", PlotFile = "loss.png", EventsFile = "events.out.tfevents.twitch",
        LatestFile = "training/latest.safetensors", OptimizerFile = "training/optimizer.safetensors", StateFile = "training/state.json";

    private static readonly TimeSpan PlotInterval = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly Vocabulary _vocabulary;
    private readonly string? _perception;
    private readonly List<EpochMetrics> _metrics;
    private readonly FileStream _lock;
    private DateTime _plotted;

    private TrainingFolder(string folder, FileStream held, Vocabulary vocabulary, string? perception, TrainingState state, List<EpochMetrics> metrics)
    {
        _folder = folder;
        _perception = perception;
        _lock = held;
        _vocabulary = vocabulary;
        State = state;
        _metrics = metrics;
    }

    /// <summary>How far the run is.</summary>
    public TrainingState State { get; set; }

    /// <summary>Runs of words that are not to be said, saved with the weights; absent: none.</summary>
    public BlockedRuns? Blocked { get; set; }

    /// <summary>The epochs that are done.</summary>
    public IReadOnlyList<EpochMetrics> Metrics => _metrics;

    /// <summary>Whether the folder holds the weights and moments of <see cref="State"/>.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>Opens the folder of a run that begins, or goes on.</summary>
    /// <param name="folder">The folder; it may be absent or empty.</param>
    /// <param name="run">What is to be trained.</param>
    /// <param name="vocabulary">Its words.</param>
    /// <param name="restart">Begin anew even if the folder holds a run.</param>
    /// <param name="perception">Folder with the graphs of its eyes and ears; absent if it has none.</param>
    /// <exception cref="TwitchException">The folder holds another run, a damaged one, or files that a save would remove; or it is
    /// being trained into.</exception>
    public static TrainingFolder Open(string folder, RunIdentity run, Vocabulary vocabulary, bool restart, string? perception = null)
    {
        if (File.Exists(folder))
            throw new TwitchException($"{folder}: is a file; give --out a folder.");
        FileStream held = Lock(folder);
        try
        {
            return Open(folder, held, run, vocabulary, restart, perception);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static TrainingFolder Open(string folder, FileStream held, RunIdentity run, Vocabulary vocabulary, bool restart, string? perception)
    {
        AtomicFolder.Recover(folder);
        var fresh = new TrainingFolder(folder, held, vocabulary, perception, new TrainingState { Run = run }, []);
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return fresh;

        string manifestPath = Path.Combine(folder, Checkpoint.ManifestFile), statePath = Path.Combine(folder, StateFile);
        if (!File.Exists(manifestPath))
            throw new TwitchException($"{folder}: holds files, and none of them is a checkpoint's {Checkpoint.ManifestFile}; give --out a folder that is empty or not there yet.");
        FileManifest manifest = JsonFile.Read(manifestPath, CoreJson.Default.FileManifest);
        if (restart)
        {
            RefuseStrangers(folder, manifest);
            return fresh;
        }
        manifest.Verify(folder, Checkpoint.ManifestFile, allowExtra: true);
        if (!File.Exists(statePath))
            throw new TwitchException($"{folder}: holds a checkpoint without {StateFile}, which cannot be trained on; give another --out, or --restart to replace it.");
        TrainingState state = JsonFile.Read(statePath, TrainingJson.Default.TrainingState);
        if (state.Version != TrainingState.CurrentVersion)
            throw new TwitchException($"{statePath}: version is {state.Version}, this program reads {TrainingState.CurrentVersion}; give another --out, or --restart to replace it.");
        string[] differences = [.. run.DifferencesFrom(state.Run)];
        if (differences.Length > 0)
            throw new TwitchException($"{folder}: holds another run: " +
                $"{string.Join("; ", differences.Take(4))}{(differences.Length > 4 ? $"; and {differences.Length - 4} more" : "")}; give another --out, or --restart to replace it.");
        if (!state.IsComplete)
            RefuseStrangers(folder, manifest);

        List<EpochMetrics> metrics = [.. File.ReadLines(Path.Combine(folder, MetricsFile)).Select(line => JsonSerializer.Deserialize(line, TrainingJson.Line.EpochMetrics)!)];
        return new TrainingFolder(folder, held, vocabulary, perception, state, metrics) { IsSaved = true };
    }

    /// <summary>Puts the saved weights and moments into a network and its optimizer.</summary>
    public void Load(CommentModel model, AdamW optimizer)
    {
        using (SafeTensors latest = SafeTensors.Open(Path.Combine(_folder, LatestFile)))
            TorchCheckpoint.Read(latest, TorchCheckpoint.StateDict(model));
        using SafeTensors moments = SafeTensors.Open(Path.Combine(_folder, OptimizerFile));
        TorchCheckpoint.Read(moments, optimizer.Moments());
    }

    /// <summary>The network with the best weights.</summary>
    public CommentModel LoadBest(Device device)
    {
        using Checkpoint best = Checkpoint.Open(_folder);
        return TorchCheckpoint.Load(best, device);
    }

    /// <summary>Replaces the best weights and the state; everything else stays as it was saved.</summary>
    public void SaveBest(CommentModel model)
    {
        string[] replaced = [Checkpoint.ModelFile, StateFile, Checkpoint.ManifestFile];
        AtomicFolder.Write(_folder, partial =>
        {
            foreach (string name in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder, path)).Except(replaced))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(partial, name))!);
                File.Copy(Path.Combine(_folder, name), Path.Combine(partial, name));
            }
            TorchCheckpoint.Write(Path.Combine(partial, Checkpoint.ModelFile), TorchCheckpoint.StateDict(model));
            JsonFile.Write(Path.Combine(partial, StateFile), State, TrainingJson.Default.TrainingState);
            JsonFile.Write(Path.Combine(partial, Checkpoint.ManifestFile), FileManifest.Of(partial, Checkpoint.ManifestFile), CoreJson.Default.FileManifest);
        });
    }

    /// <summary>Adds an epoch that is done; the next save writes it.</summary>
    public void Add(EpochMetrics epoch) => _metrics.Add(epoch);

    /// <summary>Writes the run as it is now.</summary>
    /// <param name="model">The weights after the last step.</param>
    /// <param name="optimizer">The moments after it.</param>
    public void Save(CommentModel model, AdamW optimizer)
    {
        using var scope = NewDisposeScope();
        bool isBest = State.BestEpoch == 0 || !IsSaved || State.BestEpoch == State.Epoch - 1 && State.Batch == 0;
        bool plot = _metrics.Count > 0 && (State.Finished || DateTime.UtcNow - _plotted > PlotInterval || !File.Exists(Path.Combine(_folder, PlotFile)));
        AtomicFolder.Write(_folder, partial =>
        {
            Directory.CreateDirectory(Path.Combine(partial, "training"));
            JsonFile.Write(Path.Combine(partial, Checkpoint.ConfigFile), State.Run.Config, CoreJson.Default.ModelConfig);
            _vocabulary.Save(Path.Combine(partial, Checkpoint.VocabularyFile));
            if (State.Run.Config.Eyes is not null && _perception is not null)
            {
                foreach (string file in PerceptionFiles.All.Where(file => File.Exists(Path.Combine(_perception, file))))
                    File.Copy(Path.Combine(_perception, file), Path.Combine(partial, file));
            }
            Blocked?.Save(Path.Combine(partial, Checkpoint.BlockedRunsFile));

            TorchCheckpoint.Write(Path.Combine(partial, LatestFile), TorchCheckpoint.StateDict(model));
            TorchCheckpoint.Write(Path.Combine(partial, OptimizerFile), optimizer.Moments());
            File.Copy(isBest ? Path.Combine(partial, LatestFile) : Path.Combine(_folder, Checkpoint.ModelFile), Path.Combine(partial, Checkpoint.ModelFile));
            JsonFile.Write(Path.Combine(partial, StateFile), State, TrainingJson.Default.TrainingState);

            File.WriteAllLines(Path.Combine(partial, MetricsFile), _metrics.Select(epoch => JsonSerializer.Serialize(epoch, TrainingJson.Line.EpochMetrics)));
            EventFile.Write(Path.Combine(partial, EventsFile), _metrics);
            if (plot)
                LossPlot.Write(Path.Combine(partial, PlotFile), _metrics);
            else if (_metrics.Count > 0)
                File.Copy(Path.Combine(_folder, PlotFile), Path.Combine(partial, PlotFile));
            JsonFile.Write(Path.Combine(partial, Checkpoint.ManifestFile), FileManifest.Of(partial, Checkpoint.ManifestFile), CoreJson.Default.FileManifest);
        });
        if (plot)
            _plotted = DateTime.UtcNow;
        IsSaved = true;
    }

    /// <summary>Lets others train into the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new TwitchException($"{path}: cannot be locked ({e.Message}); another run is training into {folder}: wait for it, end it, or give another --out.", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{folder}: cannot be written ({e.Message}); give --out a folder that can.", ExitCode.Failed, e);
        }
    }

    // A save replaces the folder whole, so what it does not know would be gone.
    private static void RefuseStrangers(string folder, FileManifest manifest)
    {
        if (manifest.Strangers(folder, Checkpoint.ManifestFile).FirstOrDefault() is { } stranger)
            throw new TwitchException($"{Path.Combine(folder, stranger)}: no part of the checkpoint in that folder, " +
                "and saving would remove it; move it elsewhere, or give another --out.");
    }
}
