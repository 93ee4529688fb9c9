using System.Globalization;

namespace Twitch.Runtime;

/// <summary>What the runtime feeds to each graph and reads from it, derived from the sizes of the network.</summary>
/// <remarks>A graph may have further outputs, which are not read; an input the runtime does not know is refused.</remarks>
internal static class GraphContract
{
    public const string Frames = "frames", Mel = "mel", Features = "features", Token = "token", Hidden = "hidden", Cell = "cell",
        NextHidden = "next_hidden", NextCell = "next_cell", Logits = "logits",
        VideoHidden = "video_hidden", VideoCell = "video_cell", AudioHidden = "audio_hidden", AudioCell = "audio_cell",
        Words = "words", Age = "age", PastAfter = "past_after", PastNext = "past_next", PastScores = "past_scores", Match = "match", Rate = "rate", Pace = "pace",
        Rows = "rows", TopIds = "top_ids", TopLogits = "top_logits", LogSum = "log_sum";

    private const string Batch = "batch", Previous = "previous", Fresh = "fresh", Clips = "clips", Time = "time";    // clips is batch, or 1 for what all states take in

    public static GraphEntry FrameFeatures(EyesSpec eyes) => new(BundleManifest.FrameFeaturesFile,
        [Value(Frames, "u8", Batch, eyes.Frame.Height, eyes.Frame.Width, FrameSpec.Channels)],
        [Value(Features, "f32", Batch, eyes.FeatureCount)]);

    public static GraphEntry SoundFeatures(EarsSpec ears) => new(BundleManifest.SoundFeaturesFile,
        [Value(Mel, "f32", Batch, ears.StepCount, ears.MelCount)],
        [Value(Features, "f32", Batch, ears.FeatureCount)]);

    public static GraphEntry VideoEncoder(ModelConfig config) => new(BundleManifest.VideoEncoderFile,
        [
            config.Eyes is { } eyes ? Value(Features, "f32", Clips, Time, eyes.FeatureCount) : Value(Frames, "u8", Clips, Time, config.Frame.Height, config.Frame.Width, FrameSpec.Channels),
            State(Hidden, config), State(Cell, config),
        ],
        [State(NextHidden, config), State(NextCell, config)]);

    public static GraphEntry AudioEncoder(ModelConfig config) => new(BundleManifest.AudioEncoderFile,
        [config.Ears is { } ears ? Value(Features, "f32", Clips, Time, ears.FeatureCount) : Value(Mel, "f32", Clips, Time, config.Mel.MelCount), State(Hidden, config), State(Cell, config)],
        [State(NextHidden, config), State(NextCell, config)]);

    public static GraphEntry ChatEncoder(ModelConfig config, ChatSpec chat) => new(BundleManifest.ChatEncoderFile,
        [Value(Words, "i64", Batch, chat.CommentCount, chat.WordCount), Value(Age, "f32", Batch, chat.CommentCount)],
        [.. PastWords(chat)]);

    public static GraphEntry Fusion(ModelConfig config) => new(BundleManifest.FusionFile,
        [.. FusionInputs.Select(name => State(name, config))],
        [State(Hidden, config), State(Cell, config)]);

    /// <summary>Hidden and cell state of each encoder, in the order of the fusion.</summary>
    public static readonly string[] FusionInputs = [VideoHidden, VideoCell, AudioHidden, AudioCell];

    public static GraphEntry RateHead(ModelConfig config) => new(BundleManifest.RateFile,
        [State(Hidden, config), State(Cell, config), .. config.Chat is null ? (GraphValue[])[] : [Value(Pace, "f32", Batch, ChatPace.Count)]],
        [Value(Rate, "f32", Batch)]);

    public static GraphEntry DecoderStep(ModelConfig config) => new(BundleManifest.DecoderStepFile,
        [Value(Token, "i64", Batch), State(Hidden, config), State(Cell, config)],
        [Value(Logits, "f32", Batch, StepScores(config)), State(NextHidden, config), State(NextCell, config)]);

    /// <summary>Numbers that a step on the processor gives for a row: the words' logits, and with past chat the sentinel's score.</summary>
    public static int StepScores(ModelConfig config) => config.VocabularySize + (config.Chat is null ? 0 : 1);

    private static GraphValue[] PastWords(ChatSpec chat) =>
        [Value(PastAfter, "i64", Batch, chat.PlaceCount), Value(PastNext, "i64", Batch, chat.PlaceCount), Value(PastScores, "f32", Batch, chat.PlaceCount, ChatSpec.EvidenceCount)];

    /// <summary>Name of the input that takes the states of new rows.</summary>
    public static string FreshOf(string state) => $"fresh_{state}";

    /// <summary>Name of the output that gives a state to the next step.</summary>
    public static string NextOf(string state) => $"next_{state}";

    /// <summary>A decoder step whose state stays on the device: each state comes in the rows of the step before and those of new ones, and
    /// <c>rows</c> says which of them go on.</summary>
    public static GraphEntry DeviceDecoderStep(ModelConfig config)
    {
        GraphEntry step = DecoderStep(config);
        GraphValue token = step.Inputs[0];
        int top = GraphVariant.TopCount(config);
        GraphValue[] states = [.. step.Inputs.Skip(1), .. config.Chat is ChatSpec chat ? [.. PastWords(chat), Value(Match, "f32", Batch, chat.PlaceCount)] : (GraphValue[])[]];
        return step with
        {
            Inputs = [token, Value(Rows, "i64", Batch), .. states.SelectMany(state => (GraphValue[])[Leading(state, state.Name, Previous), Leading(state, FreshOf(state.Name), Fresh)])],
            Outputs = [Value(Logits, "f32", Batch, config.VocabularySize), .. states.Select(state => Leading(state, NextOf(state.Name), Batch)), Value(TopIds, "i64", Batch, top), Value(TopLogits, "f32", Batch, top), Value(LogSum, "f32", Batch)],
        };
    }

    private static GraphValue Leading(GraphValue state, string name, string rows) => state with { Name = name, Shape = [rows, .. state.Shape.Skip(1)] };

    private static GraphValue State(string name, ModelConfig config) => Value(name, "f32", Batch, config.HiddenSize);

    private static GraphValue Value(string name, string type, params object[] shape) =>
        new(name, type, [.. shape.Select(size => Convert.ToString(size, CultureInfo.InvariantCulture)!)]);
}
