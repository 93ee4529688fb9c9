namespace Twitch.Export.Tests;

/// <summary>A checkpoint and the bundle exported from it, in a folder that goes away; each graph as a function.</summary>
internal sealed class ExportedBundle : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twitch-export-").FullName;
    private readonly Dictionary<string, OnnxSession> _sessions = [];

    public ExportedBundle(Action<string> writeCheckpoint, ExportOptions? options = null)
    {
        writeCheckpoint(Path.Combine(_root, "checkpoint"));
        Checkpoint = Checkpoint.Open(Path.Combine(_root, "checkpoint"));
        Folder = Export("bundle", options);
    }

    public Checkpoint Checkpoint { get; }

    public ModelConfig Config => Checkpoint.Config;

    public string Folder { get; }

    /// <summary>A small untrained network.</summary>
    public static ExportedBundle Untrained(ModelConfig config, ulong seed = 1, ExportOptions? options = null) =>
        new(folder => UntrainedCheckpoint.Write(folder, config, seed), options);

    /// <summary>The network of seed_tiny.safetensors, whose outputs PyTorch computed.</summary>
    public static ExportedBundle SeedTiny(ExportOptions? options = null) => new(folder =>
    {
        using SafeTensors stored = Fixtures.SeedTiny();
        var weights = new SafeTensorsWriter();
        foreach (string name in stored.Tensors.Keys)
            weights.Add(name, stored.Read<float>(name).ToArray(), stored.Find(name).Shape);
        var vocabulary = Vocabulary.FromWords(Enumerable.Range(4, Fixtures.SeedTinyConfig.VocabularySize - 4).Select(id => $"word{id}"));
        AtomicFolder.Write(folder, partial => Checkpoint.Save(partial, Fixtures.SeedTinyConfig, vocabulary, weights));
    }, options);

    /// <summary>Exports the checkpoint once more, into another folder.</summary>
    public string Export(string name, ExportOptions? options = null)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        Exporter.Write(Checkpoint, folder, options ?? new ExportOptions());
        return folder;
    }

    public OnnxSession Session(string file)
    {
        if (!_sessions.TryGetValue(file, out OnnxSession? session))
            _sessions[file] = session = new OnnxSession(Path.Combine(Folder, file));
        return session;
    }

    public State Zero(int batch) => new(batch, new float[batch * Config.HiddenSize], new float[batch * Config.HiddenSize]);

    /// <param name="frames">[batch, time, height, width, 3].</param>
    /// <param name="state">State before the first frame.</param>
    public State EncodeVideo(byte[] frames, State state)
    {
        long time = frames.Length / (state.Batch * Config.Frame.ByteCount);
        float[][] outputs = Session(BundleManifest.VideoEncoderFile).Run(
            ("frames", frames, [state.Batch, time, Config.Frame.Height, Config.Frame.Width, 3]), Hidden(state, "hidden"), Cell(state, "cell"));
        return new State(state.Batch, outputs[0], outputs[1]);
    }

    /// <param name="mel">[batch, time, n_mels].</param>
    /// <param name="state">State before the first step.</param>
    public State EncodeAudio(float[] mel, State state)
    {
        long time = mel.Length / (state.Batch * Config.Mel.MelCount);
        float[][] outputs = Session(BundleManifest.AudioEncoderFile).Run(
            ("mel", mel, [state.Batch, time, Config.Mel.MelCount]), Hidden(state, "hidden"), Cell(state, "cell"));
        return new State(state.Batch, outputs[0], outputs[1]);
    }

    /// <param name="words">[batch, comments, words].</param>
    /// <param name="age">[batch, comments].</param>
    public State EncodeChat(long[] words, float[] age)
    {
        int batch = age.Length / Config.Chat!.CommentCount;
        float[][] outputs = Session(BundleManifest.ChatEncoderFile).Run(
            ("words", words, [batch, Config.Chat.CommentCount, Config.Chat.WordCount]), ("age", age, [batch, Config.Chat.CommentCount]));
        return new State(batch, outputs[0], outputs[1]);
    }

    public State Fuse(State video, State audio, State? chat = null)
    {
        (string, State)[] encoders = chat is null ? [("video", video), ("audio", audio)] : [("video", video), ("audio", audio), ("chat", chat)];
        float[][] outputs = Session(BundleManifest.FusionFile).Run(
            [.. encoders.SelectMany(encoder => ((string, Array, long[])[])[Hidden(encoder.Item2, $"{encoder.Item1}_hidden"), Cell(encoder.Item2, $"{encoder.Item1}_cell")])]);
        return new State(video.Batch, outputs[0], outputs[1]);
    }

    /// <returns>Comments per second, [batch].</returns>
    public float[] Rate(State fused) => Session(BundleManifest.RateFile).Run(Hidden(fused, "hidden"), Cell(fused, "cell"))[0];

    /// <returns>Logits, [batch, vocabulary], and the next state.</returns>
    public (float[] Logits, State Next) Step(long[] tokens, State state, string file = BundleManifest.DecoderStepFile)
    {
        float[][] outputs = Session(file).Run(
            ("token", tokens, [state.Batch]), Hidden(state, "hidden"), Cell(state, "cell"));
        return (outputs[0], new State(state.Batch, outputs[1], outputs[2]));
    }

    public void Dispose()
    {
        foreach (OnnxSession session in _sessions.Values)
            session.Dispose();
        Checkpoint.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private (string, Array, long[]) Hidden(State state, string name) => (name, state.Hidden, [state.Batch, Config.HiddenSize]);

    private (string, Array, long[]) Cell(State state, string name) => (name, state.Cell, [state.Batch, Config.HiddenSize]);
}

/// <summary>State of an LSTM, each [batch, hidden].</summary>
internal sealed record State(int Batch, float[] Hidden, float[] Cell);
