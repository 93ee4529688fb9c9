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
    /// <summary>Added to a variance by which BatchNorm divides.</summary>
    public const float NormEpsilon = 1e-5f;

    /// <summary>Bounds of the rate that a network can give, in comments per second.</summary>
    public const float LeastRate = 1e-4f, MostRate = 100;

    /// <summary>Name of the preset the sizes come from, <c>seed</c> or <c>compact</c>.</summary>
    public required string Preset { get; init; }

    /// <summary>Size of a frame.</summary>
    public required FrameSpec Frame { get; init; }

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

    /// <summary>Output channels of the frame's 3×3 convolutions, each with stride 2 and padding 1, each followed by BatchNorm and ReLU.
    /// Empty: the frame goes into the LSTM flattened, channel first, as preset <c>seed</c> has it.</summary>
    public IReadOnlyList<int> FrameChannels { get; init; } = [];

    /// <summary>Size of the frame's embedding: Linear, BatchNorm and ReLU over three numbers of each of the last convolution's channels: its largest
    /// value, which tells that something is there, and the row and column where, as the mean place under a softmax over all places (Finn et al.,
    /// "Deep spatial autoencoders for visuomotor learning", 2016). 0 exactly if there are no convolutions.</summary>
    public int FrameEmbeddingSize { get; init; }

    /// <summary>Mel steps stacked into one step of the audio LSTM; 1 takes every step as it is.</summary>
    public int MelStride { get; init; } = 1;

    /// <summary>Output channels of the 3×3 convolutions over the stacked steps as a picture, [stride, n_mels], each with stride 2 and
    /// padding 1, each followed by BatchNorm and ReLU. Empty: there are none.</summary>
    public IReadOnlyList<int> MelChannels { get => field ?? []; init; } = [];

    /// <summary>Size of the stacked steps' embedding (Linear, BatchNorm and ReLU, after the convolutions; before them each filter is normalised
    /// by the mean and deviation of the training data); 0: the steps go into the LSTM as they are.</summary>
    public int MelEmbeddingSize { get; init; }

    /// <summary>What is read of the chat before a moment; absent: the network has no past chat.</summary>
    public ChatSpec? Chat { get; init; }

    /// <summary>Units between the fused state and the rate of comments; 0: the network does not say when to comment.</summary>
    public int RateSize { get; init; }

    /// <summary>Share of activations dropped in training, in [0, 1).</summary>
    public float Dropout { get; init; }

    /// <summary>Share of the words' embeddings dropped in training, in [0, 1): small, because a comment is few words.</summary>
    public float WordDropout { get; init; }

    /// <summary>The published network: flattened 224×224 frames, hidden 512, embedding 300.</summary>
    public static ModelConfig Seed { get; } = new()
    {
        Preset = "seed",
        Frame = new FrameSpec(224, 224),
        Mel = MelSpec.Standard,
        WindowSeconds = 10,
        VocabularySize = 5000,
        EmbeddingSize = 300,
        HiddenSize = 512,
    };

    /// <summary>The default: 64×64 frames through three convolutions and an embedding, half a second of sound at a time through three
    /// and another, hidden 128.</summary>
    public static ModelConfig Compact { get; } = new()
    {
        Preset = "compact",
        Frame = new FrameSpec(64, 64),
        Mel = MelSpec.Standard,
        WindowSeconds = 10,
        VocabularySize = 5000,
        Subwords = true,
        EmbeddingSize = 128,
        HiddenSize = 128,
        FrameChannels = [16, 32, 32],
        FrameEmbeddingSize = 128,
        MelStride = 32,
        MelChannels = [16, 32, 32],
        MelEmbeddingSize = 128,
        RateSize = 32,
        Dropout = 0.3f,
        WordDropout = 0.1f,
    };

    /// <summary>The preset of that name.</summary>
    /// <exception cref="TwitchException">There is no such preset (exit code 2).</exception>
    public static ModelConfig FromPreset(string name) => name switch
    {
        "seed" => Seed,
        "compact" => Compact,
        _ => throw new TwitchException($"--preset is '{name}'; it must be seed or compact.", ExitCode.Usage),
    };

    /// <summary>Inputs of the video LSTM at each frame.</summary>
    public int VideoInputSize => FrameEmbeddingSize > 0 ? FrameEmbeddingSize : Frame.ByteCount;

    /// <summary>Inputs of the audio LSTM at each (stacked) step.</summary>
    public int AudioInputSize => MelEmbeddingSize > 0 ? MelEmbeddingSize : MelStride * Mel.MelCount;

    /// <summary>Shape of what the last convolution gives for one frame: channels, height, width.</summary>
    public (int Channels, int Height, int Width) ConvolvedShape => Convolved(FrameSpec.Channels, Frame.Height, Frame.Width, FrameChannels);

    /// <summary>Shape of what the last convolution gives for stacked mel steps: channels, steps, filters.</summary>
    public (int Channels, int Height, int Width) ConvolvedMelShape => Convolved(1, MelStride, Mel.MelCount, MelChannels);

    /// <summary>Every tensor of the state dict, with PyTorch's names and shapes. LSTM gates are stacked in PyTorch's order,
    /// input, forget, cell, output.</summary>
    /// <remarks><c>audio_encoder.mean</c>, <c>audio_encoder.deviation</c> and what is called <c>running_</c> are statistics (buffers), not trained.</remarks>
    public IEnumerable<ParameterShape> Parameters()
    {
        foreach (ParameterShape parameter in Convolutions("video_encoder", FrameSpec.Channels, FrameChannels))
            yield return parameter;
        if (FrameEmbeddingSize > 0)
        {
            yield return new("video_encoder.embed.weight", FrameEmbeddingSize, 3 * ConvolvedShape.Channels);    // largest value, row, column
            foreach (ParameterShape parameter in BatchNorm("video_encoder.embed_norm", FrameEmbeddingSize))
                yield return parameter;
        }
        foreach (ParameterShape parameter in Lstm("video_encoder.lstm", VideoInputSize))
            yield return parameter;

        if (MelEmbeddingSize > 0)
        {
            yield return new("audio_encoder.mean", Mel.MelCount);
            yield return new("audio_encoder.deviation", Mel.MelCount);
            foreach (ParameterShape parameter in Convolutions("audio_encoder", 1, MelChannels))
                yield return parameter;
            var (c, h, w) = ConvolvedMelShape;
            yield return new("audio_encoder.embed.weight", MelEmbeddingSize, c * h * w);
            foreach (ParameterShape parameter in BatchNorm("audio_encoder.embed_norm", MelEmbeddingSize))
                yield return parameter;
        }
        foreach (ParameterShape parameter in Lstm("audio_encoder.lstm", AudioInputSize))
            yield return parameter;

        yield return new("fuse_h.weight", HiddenSize, 2 * HiddenSize);
        yield return new("fuse_h.bias", HiddenSize);
        yield return new("fuse_c.weight", HiddenSize, 2 * HiddenSize);
        yield return new("fuse_c.bias", HiddenSize);

        if (RateSize > 0)
        {
            yield return new("rate.embed.weight", RateSize, 2 * HiddenSize);    // hidden and cell state
            yield return new("rate.embed.bias", RateSize);
            yield return new("rate.output.weight", 1, RateSize);
            yield return new("rate.output.bias", 1);
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

    // Each convolution halves height and width.
    private static (int Channels, int Height, int Width) Convolved(int channels, int height, int width, IReadOnlyList<int> counts)
    {
        foreach (int next in counts)
            (channels, height, width) = (next, (height + 1) / 2, (width + 1) / 2);
        return (channels, height, width);
    }

    private static IEnumerable<ParameterShape> Convolutions(string prefix, int channels, IReadOnlyList<int> counts)
    {
        for (int i = 0; i < counts.Count; channels = counts[i++])
        {
            yield return new($"{prefix}.conv{i}.weight", counts[i], channels, 3, 3);
            foreach (ParameterShape parameter in BatchNorm($"{prefix}.norm{i}", counts[i]))
                yield return parameter;
        }
    }

    private static IEnumerable<ParameterShape> BatchNorm(string prefix, int size) =>
        ((string[])["weight", "bias", "running_mean", "running_var"]).Select(name => new ParameterShape($"{prefix}.{name}", size));

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
        Check("mel_stride", MelStride, 1, 64);
        Check("mel_embedding_size", MelEmbeddingSize, 0, 16_384);
        Check("mel_channels' count", MelChannels.Count, 0, MelEmbeddingSize > 0 ? 8 : 0);
        foreach (int count in MelChannels)
            Check("mel_channels", count, 1, 1024);
        Check("frame_channels' count", FrameChannels.Count, 0, 8);
        foreach (int count in FrameChannels)
            Check("frame_channels", count, 1, 1024);
        Check("frame_embedding_size", FrameEmbeddingSize, FrameChannels.Count > 0 ? 1 : 0, FrameChannels.Count > 0 ? 16_384 : 0);
        Check("rate_size", RateSize, 0, 16_384);
        CheckShare("dropout", Dropout);
        CheckShare("word_dropout", WordDropout);
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
