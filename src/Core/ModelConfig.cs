using System.Text.Json.Serialization;

namespace Twitch;

/// <summary>One parameter of the network as it is named in a state dict, with its shape.</summary>
public sealed record ParameterShape(string Name, params long[] Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>Every size of the network and of what it sees and hears; <c>config.json</c>, in snake_case.</summary>
/// <remarks>With the sizes alone a checkpoint can be loaded: <see cref="Parameters"/> lists what it must hold.</remarks>
public sealed record ModelConfig
{
    /// <summary>Added to a variance by which LayerNorm divides.</summary>
    public const float NormEpsilon = 1e-5f;

    /// <summary>Standardised features are clipped to this many deviations from their mean: what was never seen in training stays finite.</summary>
    public const float MostDeviations = 10;

    /// <summary>Bounds of the rate that a network can give, in comments per second.</summary>
    public const float LeastRate = 1e-4f, MostRate = 100;

    /// <summary>Name of the preset the sizes come from, <c>published</c> or <c>standard</c>.</summary>
    public required string Preset { get; init; }

    /// <summary>Size of a frame.</summary>
    public required FrameSpec Frame { get; init; }

    /// <summary>Which picture stands for a second; of recordings and live sources the same.</summary>
    public FrameSampling FrameSampling { get; init; }

    /// <summary>How sound is analysed.</summary>
    public required MelSpec Mel { get; init; }

    /// <summary>Length of the window that explains a comment, in seconds.</summary>
    public required int WindowSeconds { get; init; }

    /// <summary>Words and pieces in the vocabulary, special ones included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether the vocabulary spells rare words in pieces; otherwise they are <c>&lt;UNK&gt;</c>.</summary>
    public bool Subwords { get; init; }

    /// <summary>Size of a word's embedding.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Size of the hidden and of the cell state of every LSTM.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The frozen network that looks at each second's frame; absent: the frame goes into the LSTM flattened, channel first, as preset
    /// <c>published</c> has it. There are eyes exactly if there are ears.</summary>
    public EyesSpec? Eyes { get; init; }

    /// <summary>The frozen network that listens to each second's log-mel; absent: every mel step goes into the LSTM as it is.</summary>
    public EarsSpec? Ears { get; init; }

    /// <summary>Size to which the features of each sense are projected (standardised, Linear, LayerNorm, ReLU) before their LSTM; 0 exactly if there
    /// are no eyes and ears.</summary>
    public int ProjectionSize { get; init; }

    /// <summary>What is read of the chat before a moment; absent: the network has no past chat.</summary>
    public ChatSpec? Chat { get; init; }

    /// <summary>Units between the fused state and the rate of comments; 0: the network does not say when to comment.</summary>
    public int RateSize { get; init; }

    /// <summary>Share of the features, and of their projection, dropped in training, in [0, 1).</summary>
    public float Dropout { get; init; }

    /// <summary>Share of the seconds of a window that each sense misses in training, in [0, 1): what lasts is learnt, not one picture by heart.</summary>
    public float SecondDropout { get; init; }

    /// <summary>Share of the words' embeddings dropped in training, in [0, 1).</summary>
    public float WordDropout { get; init; }

    /// <summary>Share of the decoder's outputs dropped in training, in [0, 1).</summary>
    public float OutputDropout { get; init; }

    /// <summary>The published network: flattened 224×224 frames, hidden 512, embedding 300.</summary>
    public static ModelConfig Published { get; } = new()
    {
        Preset = "published",
        Frame = new FrameSpec(224, 224),
        Mel = MelSpec.Standard,
        WindowSeconds = 10,
        VocabularySize = 5000,
        EmbeddingSize = 300,
        HiddenSize = 512,
    };

    /// <summary>The default: frozen eyes and ears once a second, an LSTM of 128 for each, hidden 128.</summary>
    /// <remarks>Eyes and ears stand for those that a recording is prepared with, whose sizes and hashes take their place.</remarks>
    public static ModelConfig Standard { get; } = new()
    {
        Preset = "standard",
        Frame = new FrameSpec(224, 224),
        Mel = MelSpec.Standard,
        WindowSeconds = 10,
        VocabularySize = 5000,
        Subwords = true,
        EmbeddingSize = 128,
        HiddenSize = 128,
        Eyes = new EyesSpec("ResNet-18", "", new FrameSpec(224, 224), FeatureCount: 512),
        Ears = new EarsSpec("ResNet-18 and statistics", "", SecondOfMel.StepCount, SecondOfMel.FilterCount, FeatureCount: 512 + SecondOfMel.StatisticCount),
        ProjectionSize = 64,
        RateSize = 32,
        Dropout = 0.4f,
        SecondDropout = 0.2f,
        WordDropout = 0.3f,
        OutputDropout = 0.3f,
    };

    /// <summary>The preset of that name.</summary>
    /// <exception cref="TwitchException">There is no such preset (exit code 2).</exception>
    public static ModelConfig FromPreset(string name) => name switch
    {
        "published" => Published,
        "standard" => Standard,
        _ => throw new TwitchException($"--preset is '{name}'; it must be published or standard.", ExitCode.Usage),
    };

    /// <summary>Inputs of the video LSTM at each frame.</summary>
    [JsonIgnore]
    public int VideoInputSize => Eyes is null ? Frame.ByteCount : ProjectionSize;

    /// <summary>Inputs of the audio LSTM at each of its steps.</summary>
    [JsonIgnore]
    public int AudioInputSize => Ears is null ? Mel.MelCount : ProjectionSize;

    /// <summary>Inputs of the rate: hidden and cell state, and with past chat its <see cref="ChatPace"/>.</summary>
    [JsonIgnore]
    public int RateInputSize => 2 * HiddenSize + (Chat is null ? 0 : ChatPace.Count);

    /// <summary>Mel steps that one step of the audio encoder hears: with ears a second's, else one.</summary>
    [JsonIgnore]
    public int MelStride => Ears?.StepCount ?? 1;

    /// <summary>Numbers of log-mel that one step of the audio encoder hears, [stride, n_mels].</summary>
    [JsonIgnore]
    public int MelStepSize => MelStride * Mel.MelCount;

    /// <summary>How many steps of the audio encoder end at or before a moment: with ears one a second, as of the frames, else one for each mel step.</summary>
    public long SoundStepsBy(TimeSpan time) =>
        Ears is null ? Mel.StepsEndingBy(time) : time < TimeSpan.Zero ? 0 : time.Ticks / TimeSpan.TicksPerSecond + 1;

    /// <summary>Every tensor of the state dict, with PyTorch's names and shapes. LSTM gates are stacked in PyTorch's order,
    /// input, forget, cell, output.</summary>
    /// <remarks>What is called <c>mean</c>, <c>deviation</c> or <c>pace_mean</c> are statistics of the training data (buffers), not trained.</remarks>
    public IEnumerable<ParameterShape> Parameters()
    {
        foreach (ParameterShape parameter in Projection("video_encoder", Eyes?.FeatureCount))
            yield return parameter;
        foreach (ParameterShape parameter in Lstm("video_encoder.lstm", VideoInputSize))
            yield return parameter;
        foreach (ParameterShape parameter in Projection("audio_encoder", Ears?.FeatureCount))
            yield return parameter;
        foreach (ParameterShape parameter in Lstm("audio_encoder.lstm", AudioInputSize))
            yield return parameter;

        yield return new("fuse_h.weight", HiddenSize, 2 * HiddenSize);
        yield return new("fuse_h.bias", HiddenSize);
        yield return new("fuse_c.weight", HiddenSize, 2 * HiddenSize);
        yield return new("fuse_c.bias", HiddenSize);

        if (RateSize > 0)
        {
            yield return new("rate.embed.weight", RateSize, RateInputSize);
            yield return new("rate.embed.bias", RateSize);
            yield return new("rate.output.weight", 1, RateSize);
            yield return new("rate.output.bias", 1);
            if (Chat is not null)
                yield return new("rate.pace_mean", ChatPace.Count);
        }

        yield return new("decoder.embedding.weight", VocabularySize, EmbeddingSize);
        foreach (ParameterShape parameter in Lstm("decoder.lstm", EmbeddingSize))
            yield return parameter;
        yield return new("decoder.output_fc.weight", VocabularySize, HiddenSize);
        yield return new("decoder.output_fc.bias", VocabularySize);

        if (Chat is not null)
        {
            yield return new("chat_encoder.embed.weight", Chat.EmbeddingSize, HiddenSize + ChatSpec.FeatureCount);    // a word's row of output_fc, and its place
            yield return new("chat_encoder.embed.bias", Chat.EmbeddingSize);
            yield return new("chat_encoder.score.weight", ChatSpec.EvidenceCount, Chat.EmbeddingSize);
            yield return new("chat_encoder.score.bias", ChatSpec.EvidenceCount);
            yield return new("chat_encoder.sentinel.weight", 1, HiddenSize);
            yield return new("chat_encoder.sentinel.bias", 1);
        }
    }

    private IEnumerable<ParameterShape> Projection(string prefix, int? features)
    {
        if (features is not int count)
            yield break;
        yield return new($"{prefix}.mean", count);
        yield return new($"{prefix}.deviation", count);
        yield return new($"{prefix}.embed.weight", ProjectionSize, count);
        yield return new($"{prefix}.embed.bias", ProjectionSize);
        yield return new($"{prefix}.embed_norm.weight", ProjectionSize);
        yield return new($"{prefix}.embed_norm.bias", ProjectionSize);
    }

    private IEnumerable<ParameterShape> Lstm(string prefix, int inputs)
    {
        yield return new($"{prefix}.weight_ih_l0", 4 * HiddenSize, inputs);
        yield return new($"{prefix}.weight_hh_l0", 4 * HiddenSize, HiddenSize);
        yield return new($"{prefix}.bias_ih_l0", 4 * HiddenSize);
        yield return new($"{prefix}.bias_hh_l0", 4 * HiddenSize);
    }

    /// <summary>Checks every size against its range.</summary>
    /// <param name="source">File or option group the sizes come from, for the message.</param>
    /// <exception cref="TwitchException">A size is out of range.</exception>
    public ModelConfig Validate(string source)
    {
        Check("frame.height", Frame.Height, 8, 1024);
        Check("frame.width", Frame.Width, 8, 1024);
        Check("mel.sample_rate", Mel.SampleRate, 8_000, 48_000);
        Check("mel.fft_size", Mel.FftSize, 64, 8192);
        Check("mel.hop_length", Mel.HopLength, 16, Mel.FftSize);
        Check("mel.mel_count", Mel.MelCount, 8, 256);
        Check("window_seconds", WindowSeconds, 1, 600);
        Check("vocabulary_size", VocabularySize, Vocabulary.SpecialCount + 1, 1_000_000);
        Check("embedding_size", EmbeddingSize, 1, 16_384);
        Check("hidden_size", HiddenSize, 1, 16_384);
        if ((Eyes is null) != (Ears is null))
            throw new TwitchException($"{source}: has {(Eyes is null ? "ears and no eyes" : "eyes and no ears")}; both or neither are needed.");
        if (Eyes is not null && Ears is not null)
        {
            Check("eyes.feature_count", Eyes.FeatureCount, 1, 65_536);
            Check("ears.feature_count", Ears.FeatureCount, 1, 65_536);
            Check("ears.step_count", Ears.StepCount, 1, Mel.SampleRate / Mel.HopLength);
            Check("ears.mel_count", Ears.MelCount, Mel.MelCount, Mel.MelCount);
            Check("frame.height", Frame.Height, Eyes.Frame.Height, Eyes.Frame.Height);
            Check("frame.width", Frame.Width, Eyes.Frame.Width, Eyes.Frame.Width);
        }
        Check("projection_size", ProjectionSize, Eyes is null ? 0 : 1, Eyes is null ? 0 : 16_384);
        Check("rate_size", RateSize, 0, 16_384);
        CheckShare("dropout", Dropout);
        CheckShare("second_dropout", SecondDropout);
        CheckShare("word_dropout", WordDropout);
        CheckShare("output_dropout", OutputDropout);
        if (Chat is not null)
        {
            Check("chat.comment_count", Chat.CommentCount, 1, 1024);
            Check("chat.word_count", Chat.WordCount, 2, 500);
            Check("chat.embedding_size", Chat.EmbeddingSize, 1, 16_384);
            CheckShare("chat.hidden_share", Chat.HiddenShare);
        }
        return this;

        void CheckShare(string name, float value)
        {
            if (value is not (>= 0 and < 1))
                throw new TwitchException($"{source}: {name} is {value}; it must be in [0, 1).");
        }

        void Check(string name, int value, int least, int most)
        {
            if (value < least || value > most)
                throw new TwitchException($"{source}: {name} is {value}; it must be in [{least}, {most}].");
        }
    }
}
