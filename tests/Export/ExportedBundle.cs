using Twitch.Tests;

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

    /// <param name="features">[batch, time, features].</param>
    /// <param name="state">State before the first frame.</param>
    public State EncodeVideoFeatures(float[] features, State state) => EncodeFeatures(BundleManifest.VideoEncoderFile, features, Config.Eyes!.FeatureCount, state);

    /// <param name="features">[batch, time, features].</param>
    /// <param name="state">State before the first second.</param>
    public State EncodeAudioFeatures(float[] features, State state) => EncodeFeatures(BundleManifest.AudioEncoderFile, features, Config.Ears!.FeatureCount, state);

    private State EncodeFeatures(string file, float[] features, int size, State state)
    {
        float[][] outputs = Session(file).Run(("features", features, [state.Batch, features.Length / (state.Batch * size), size]), Hidden(state, "hidden"), Cell(state, "cell"));
        return new State(state.Batch, outputs[0], outputs[1]);
    }

    /// <param name="words">[batch, comments, words].</param>
    /// <param name="age">[batch, comments].</param>
    public Past EncodeChat(long[] words, float[] age)
    {
        int batch = age.Length / Config.Chat!.CommentCount;
        Array[] outputs = Session(BundleManifest.ChatEncoderFile).RunAny(
            ("words", words, [batch, Config.Chat.CommentCount, Config.Chat.WordCount]), ("age", age, [batch, Config.Chat.CommentCount]));
        return new Past((long[])outputs[0], (long[])outputs[1], (float[])outputs[2], new float[batch * Config.Chat.PlaceCount]);
    }

    public State Fuse(State video, State audio, Past? past = null)
    {
        float[][] outputs = Session(BundleManifest.FusionFile).Run(
            Hidden(video, "video_hidden"), Cell(video, "video_cell"), Hidden(audio, "audio_hidden"), Cell(audio, "audio_cell"));
        return new State(video.Batch, outputs[0], outputs[1], past);
    }

    /// <returns>Comments per second, [batch].</returns>
    /// <param name="fused">What was seen and heard.</param>
    /// <param name="paces">[batch, 2]; with past chat alone.</param>
    public float[] Rate(State fused, float[] paces) => Config.Chat is null
        ? Session(BundleManifest.RateFile).Run(Hidden(fused, "hidden"), Cell(fused, "cell"))[0]
        : Session(BundleManifest.RateFile).Run(Hidden(fused, "hidden"), Cell(fused, "cell"), ("pace", paces, [fused.Batch, ChatPace.Count]))[0];

    /// <returns>Logits, [batch, vocabulary], with past chat and the sentinel's score behind them [batch, vocabulary + 1], and the next state.</returns>
    public (float[] Logits, State Next) Step(long[] tokens, State state, string file = BundleManifest.DecoderStepFile)
    {
        float[][] outputs = Session(file).Run(("token", tokens, [state.Batch]), Hidden(state, "hidden"), Cell(state, "cell"));
        return (outputs[0], state with { Hidden = outputs[1], Cell = outputs[2] });
    }

    /// <summary>A step of the graph that mixes the past words in, which is made for a device.</summary>
    /// <returns>ln p, [batch, vocabulary], and the next state.</returns>
    public (float[] LogProbabilities, State Next) StepWithChat(long[] tokens, State state)
    {
        ChatSpec chat = Config.Chat!;
        Past past = state.Past ?? EncodeChat(new long[state.Batch * chat.PlaceCount], new float[state.Batch * chat.CommentCount]);
        OnnxSession session = Session(BundleManifest.DecoderStepCudaFile);
        long[] rows = [.. Enumerable.Range(0, state.Batch).Select(row => (long)row)];    // each goes on with its own state; one new one is not used
        Array[] outputs = session.RunAny(
        [
            ("token", tokens, [state.Batch]), ("rows", rows, [state.Batch]),
            .. WithFresh("hidden", state.Hidden, Config.HiddenSize), .. WithFresh("cell", state.Cell, Config.HiddenSize),
            .. WithFresh("past_after", past.After, chat.PlaceCount), .. WithFresh("past_next", past.Next, chat.PlaceCount),
            .. WithFresh("past_scores", past.Scores, chat.PlaceCount, ChatSpec.EvidenceCount), .. WithFresh("match", past.Match, chat.PlaceCount),
        ]);
        string[] names = [.. session.Session.OutputNames];
        float[][] found = [.. ((string[])["logits", "next_hidden", "next_cell", "next_match"]).Select(name => (float[])outputs[Array.IndexOf(names, name)])];
        return (found[0], new State(state.Batch, found[1], found[2], past with { Match = found[3] }));

        (string, Array, long[])[] WithFresh<T>(string name, T[] values, params long[] shape) =>
            [(name, values, [state.Batch, .. shape]), ($"fresh_{name}", new T[values.Length / state.Batch], [1, .. shape])];
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

/// <summary>State of an LSTM, each [batch, hidden]; of a decoder that reads past chat, with what may be said again.</summary>
internal sealed record State(int Batch, float[] Hidden, float[] Cell, Past? Past = null);

/// <summary>The words of the past chat, [batch, places], what each piece of evidence adds to their scores, [batch, places, evidence], and how far the
/// comment under way agrees with each, [batch, places].</summary>
internal sealed record Past(long[] After, long[] Next, float[] Scores, float[] Match);
