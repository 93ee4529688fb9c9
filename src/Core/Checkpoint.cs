namespace Twitch;

/// <summary>A trained network on disk: <c>model.safetensors</c>, <c>config.json</c>, <c>vocabulary.json</c>, and the hashes of every
/// file in <c>manifest.json</c>. Read without torch.</summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>File names within the folder.</summary>
    public const string ModelFile = "model.safetensors", ConfigFile = "config.json", VocabularyFile = "vocabulary.json", ManifestFile = "manifest.json",
        BlockedRunsFile = BundleManifest.BlockedRunsFile;

    private Checkpoint(string folder, ModelConfig config, Vocabulary vocabulary, BlockedRuns? blocked, SafeTensors weights)
    {
        BlockedRuns = blocked;
        Folder = folder;
        Config = config;
        Vocabulary = vocabulary;
        Weights = weights;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Full path of one of its files.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>The sizes that built the network.</summary>
    public ModelConfig Config { get; }

    /// <summary>The words of its ids.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Runs of words that are not to be said; absent if the training data had none.</summary>
    public BlockedRuns? BlockedRuns { get; }

    /// <summary>The state dict: exactly the tensors of <see cref="ModelConfig.Parameters"/>, float32.</summary>
    public SafeTensors Weights { get; }

    /// <summary>Opens a checkpoint; hashes are compared before anything is read.</summary>
    /// <exception cref="TwitchException">A file is missing, altered, or does not fit the others; the message names it.</exception>
    public static Checkpoint Open(string folder)
    {
        AtomicFolder.Recover(folder);
        string manifest = Path.Combine(folder, ManifestFile);
        if (!File.Exists(manifest))
            throw new TwitchException($"{folder}: no checkpoint is here ({ManifestFile} is missing); give the folder that 'twitch-train train --out' made.");
        JsonFile.Read(manifest, CoreJson.Default.FileManifest).Verify(folder, ManifestFile, allowExtra: true);

        string configPath = Path.Combine(folder, ConfigFile);
        ModelConfig config = JsonFile.Read(configPath, CoreJson.Default.ModelConfig).Validate(configPath);
        Vocabulary vocabulary = Vocabulary.Load(Path.Combine(folder, VocabularyFile));
        if (vocabulary.Count != config.VocabularySize)
            throw new TwitchException($"{Path.Combine(folder, VocabularyFile)}: has {vocabulary.Count} words, but vocabulary_size in {ConfigFile} is {config.VocabularySize}; use the files saved together.");

        string blockedPath = Path.Combine(folder, BlockedRunsFile);
        BlockedRuns? blocked = File.Exists(blockedPath) ? BlockedRuns.Load(blockedPath) : null;
        SafeTensors weights = SafeTensors.Open(Path.Combine(folder, ModelFile));
        try
        {
            Check(weights, config);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
        return new Checkpoint(folder, config, vocabulary, blocked, weights);
    }

    /// <summary>Writes a checkpoint into an existing folder; the hashes of every file that is there by then come last.</summary>
    /// <param name="folder">The folder, usually one that <see cref="AtomicFolder.Write"/> fills; other files are in it already.</param>
    /// <param name="config">The sizes that built the network.</param>
    /// <param name="vocabulary">The words of its ids.</param>
    /// <param name="weights">The tensors of <see cref="ModelConfig.Parameters"/>.</param>
    /// <param name="blocked">Runs of words that are not to be said.</param>
    public static void Save(string folder, ModelConfig config, Vocabulary vocabulary, SafeTensorsWriter weights, BlockedRuns? blocked = null)
    {
        blocked?.Save(Path.Combine(folder, BlockedRunsFile));
        weights.Save(Path.Combine(folder, ModelFile));
        JsonFile.Write(Path.Combine(folder, ConfigFile), config, CoreJson.Readable.ModelConfig);
        vocabulary.Save(Path.Combine(folder, VocabularyFile));
        JsonFile.Write(Path.Combine(folder, ManifestFile), FileManifest.Of(folder, except: ManifestFile), CoreJson.Readable.FileManifest);
    }

    /// <summary>Compares a state dict with what a config needs.</summary>
    /// <exception cref="TwitchException">A tensor is missing, extra, of another shape or type.</exception>
    public static void Check(SafeTensors weights, ModelConfig config)
    {
        var expected = config.Parameters().ToDictionary(parameter => parameter.Name);
        foreach (ParameterShape parameter in expected.Values)
        {
            TensorInfo tensor = weights.Find(parameter.Name);
            if (tensor.Type != TensorType.F32 || !tensor.Shape.AsSpan().SequenceEqual(parameter.Shape))
                throw new TwitchException($"{weights.Path} (offset {tensor.Offset}): tensor '{tensor.Name}' is {tensor.Type} [{string.Join(", ", tensor.Shape)}], but {ConfigFile} needs F32 [{string.Join(", ", parameter.Shape)}]; use the {ConfigFile} saved beside this checkpoint.");
        }
        string? extra = weights.Tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name));
        if (extra is not null)
            throw new TwitchException($"{weights.Path}: tensor '{extra}' is not part of the network that {ConfigFile} describes; use the {ConfigFile} saved beside this checkpoint.");
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}
