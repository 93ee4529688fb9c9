using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>State of an LSTM at the border of the network's parts.</summary>
/// <param name="Hidden">[batch, hidden].</param>
/// <param name="Cell">[batch, hidden].</param>
/// <param name="Past">Before and within a comment, what of the past chat may be said again; absent if the network reads none.</param>
public readonly record struct LstmState(Tensor Hidden, Tensor Cell, PastWords? Past = null);

/// <summary>The network: an encoder each for pictures and sound, the fusion of their states, a decoder that starts from it and may repeat what
/// the chat has said, and the rate at which people comment.</summary>
/// <remarks>Names of fields are names of tensors on disk; <see cref="ModelConfig.Parameters"/> lists them.</remarks>
public sealed class CommentModel : nn.Module
{
    private readonly VideoEncoder video_encoder;
    private readonly AudioEncoder audio_encoder;
    private readonly ChatEncoder? chat_encoder;
    private readonly Linear fuse_h, fuse_c;
    private readonly RateHead? rate;
    private readonly Decoder decoder;

    /// <summary>A network with random weights, drawn from torch's generator.</summary>
    public CommentModel(ModelConfig config) : base(nameof(CommentModel))
    {
        Config = config;
        video_encoder = new VideoEncoder(config);
        audio_encoder = new AudioEncoder(config);
        fuse_h = nn.Linear(2 * config.HiddenSize, config.HiddenSize);
        fuse_c = nn.Linear(2 * config.HiddenSize, config.HiddenSize);
        decoder = new Decoder(config);
        chat_encoder = config.Chat is ChatSpec chat ? new ChatEncoder(config, chat) : null;
        RegisterComponents();
        InitialiseRectified();
        if (config.RateSize > 0)    // last, so that the rest begins with the same weights as without it
            register_module("rate", rate = new RateHead(config));
    }

    /// <summary>The sizes.</summary>
    public ModelConfig Config { get; }

    /// <summary>Precision of its parameters: float32, or float64 after <c>to(ScalarType.Float64)</c>.</summary>
    public ScalarType Precision => fuse_h.weight!.dtype;

    /// <summary>Where its tensors are.</summary>
    public Device Device => fuse_h.weight!.device;

    /// <summary>State after some frames.</summary>
    /// <param name="frames">Pool of frames, [steps, height, width, 3] u8.</param>
    /// <param name="windows">Which frames each row of the batch sees.</param>
    public LstmState EncodeVideo(Tensor frames, StepWindows windows) => video_encoder.Encode(frames, windows);

    /// <summary>State after frames of one length, [batch, time, height, width, 3] u8.</summary>
    public LstmState EncodeVideo(Tensor frames) =>
        EncodeVideo(frames.flatten(0, 1), StepWindows.Dense((int)frames.shape[0], (int)frames.shape[1]));

    /// <summary>State after some sound.</summary>
    /// <param name="mel">Pool of stacked log-mel steps, [steps, stride × n_mels] f32.</param>
    /// <param name="windows">Which stacked steps each row of the batch hears.</param>
    public LstmState EncodeAudio(Tensor mel, StepWindows windows) => audio_encoder.Encode(mel, windows);

    /// <summary>State after sound of one length, [batch, time, n_mels] f32; time is a multiple of the config's mel stride.</summary>
    public LstmState EncodeAudio(Tensor mel)
    {
        int batch = (int)mel.shape[0], time = (int)mel.shape[1] / Config.MelStride;
        return EncodeAudio(mel.reshape(batch * time, Config.MelStride * Config.Mel.MelCount), StepWindows.Dense(batch, time));
    }

    /// <summary>What the decoder may say again.</summary>
    /// <param name="words">[batch, comments, words] i64, as <see cref="ChatWindow.Words"/>.</param>
    /// <param name="age">[batch, comments] f32, as <see cref="ChatWindow.Ages"/>.</param>
    /// <exception cref="InvalidOperationException">The config has no past chat.</exception>
    public PastWords EncodeChat(Tensor words, Tensor age) => ChatEncoder.Encode(words, age, decoder.OutputRows);

    /// <summary>The decoder's first state.</summary>
    /// <param name="video">State of the pictures.</param>
    /// <param name="audio">State of the sound.</param>
    /// <param name="past">Of <see cref="EncodeChat"/>, if the network reads past chat.</param>
    public LstmState Fuse(LstmState video, LstmState audio, PastWords? past = null) => new(
        fuse_h.call(cat([video.Hidden, audio.Hidden], 1)),    // [batch, 2 × hidden] -> [batch, hidden]
        fuse_c.call(cat([video.Cell, audio.Cell], 1)),
        past);

    /// <summary>The decoder's first state of each row of a batch.</summary>
    public LstmState Encode(Batch batch) => Fuse(
        EncodeVideo(batch.Frames, batch.Video),
        EncodeAudio(batch.Mel, batch.Audio),
        Config.Chat is null ? null : EncodeChat(batch.ChatWords!, batch.ChatAges!));

    /// <summary>Comments per second that people write, [batch].</summary>
    /// <param name="fused">Of <see cref="Fuse"/>.</param>
    /// <exception cref="InvalidOperationException">The config has no rate.</exception>
    public Tensor Rate(LstmState fused) => RateHead.Logarithm(fused).exp();

    internal RateHead RateHead => rate ?? throw new InvalidOperationException("this network has no rate");

    /// <summary>Logits of each next token; where past chat is read, ln p.</summary>
    /// <param name="tokens">[batch, time] i64.</param>
    /// <param name="state">The state before the first token.</param>
    /// <returns>Logits [batch, time, vocabulary], and the state after the last token.</returns>
    public (Tensor Logits, LstmState Next) Decode(Tensor tokens, LstmState state)
    {
        (Tensor outputs, LstmState next) = decoder.Advance(tokens, state);
        if (state.Past is not PastWords past)
            return (decoder.Logits(outputs), next);

        Tensor matches = past.Matches(tokens);                                       // [batch, time, places]
        Tensor positions = arange(tokens.numel(), device: tokens.device);
        Tensor logits = Mix(outputs.flatten(0, 1), past, matches.flatten(0, 1), positions.floor_divide(tokens.shape[1]));
        return (logits.view(tokens.shape[0], tokens.shape[1], -1), next with { Past = past with { Match = matches.select(1, -1) } });
    }

    /// <summary>Logits of a batch at its targets, [targets, vocabulary]; what stands at padded positions is never computed.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="withheld">Share of the words that the decoder reads as <c>&lt;UNK&gt;</c>, drawn from torch's generator.</param>
    public Tensor forward(Batch batch, double withheld = 0)
    {
        LstmState first = Encode(batch);
        (Tensor outputs, _) = decoder.Advance(Withhold(batch.Tokens, withheld), first);       // [batch, time, hidden]
        outputs = outputs.flatten(0, 1).index_select(0, batch.Positions);
        if (first.Past is not PastWords past)
            return decoder.Logits(outputs);
        Tensor matches = past.Matches(batch.Tokens).flatten(0, 1).index_select(0, batch.Positions);    // none is withheld: a copy is not learned by heart
        return Mix(outputs, past, matches, batch.Positions.floor_divide(batch.Tokens.shape[1]));
    }

    /// <summary>Mean and deviation of each mel filter in the training data, each [n_mels]; ignored where sound is not embedded.</summary>
    public void SetMelStatistics(float[] mean, float[] deviation) => audio_encoder.SetStatistics(mean, deviation);

    /// <summary>Lets the network begin with the words' frequencies, so that it need not learn them first.</summary>
    /// <param name="shares">Share of each id among the training targets, [vocabulary], above 0.</param>
    public void SetWordShares(float[] shares) => decoder.SetWordShares(shares);

    private ChatEncoder ChatEncoder => chat_encoder ?? throw new InvalidOperationException("this network reads no past chat");

    private Tensor Mix(Tensor outputs, PastWords past, Tensor matches, Tensor rows) =>
        past.Mix(decoder.Logits(outputs), ChatEncoder.Sentinel(outputs), matches, rows);

    private static Tensor Withhold(Tensor tokens, double share) => share == 0
        ? tokens
        : tokens.where(tokens.lt(Vocabulary.SpecialCount).logical_or(rand_like(tokens, ScalarType.Float32).ge(share)), full_like(tokens, Vocabulary.Unknown));

    // He et al., "Delving deep into rectifiers", 2015: what passes a ReLU keeps its scale, so pictures and sound reach the LSTMs.
    private void InitialiseRectified()
    {
        using var frozen = no_grad();
        foreach ((string name, Parameter parameter) in named_parameters())
        {
            if (!name.Contains("_encoder.conv", StringComparison.Ordinal) && !name.Contains("_encoder.embed.", StringComparison.Ordinal))
                continue;
            if (parameter.dim() > 1)
                nn.init.kaiming_normal_(parameter, nonlinearity: nn.init.NonlinearityType.ReLU);
            else
                nn.init.zeros_(parameter);
        }
    }
}
