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
    /// <param name="seen">Pool of what the video encoder takes: frames, [steps, height, width, 3] u8, or their features, [steps, features] f32.</param>
    /// <param name="windows">Which of them each row of the batch sees.</param>
    public LstmState EncodeVideo(Tensor seen, StepWindows windows) => video_encoder.Encode(seen, windows);

    /// <summary>State after frames of one length, [batch, time, …].</summary>
    public LstmState EncodeVideo(Tensor seen) =>
        EncodeVideo(seen.flatten(0, 1), StepWindows.Dense((int)seen.shape[0], (int)seen.shape[1]));

    /// <summary>State after some sound.</summary>
    /// <param name="heard">Pool of what the audio encoder takes: log-mel steps, [steps, n_mels], or features of seconds, [steps, features].</param>
    /// <param name="windows">Which of them each row of the batch hears.</param>
    public LstmState EncodeAudio(Tensor heard, StepWindows windows) => audio_encoder.Encode(heard, windows);

    /// <summary>State after sound of one length, [batch, time, …].</summary>
    public LstmState EncodeAudio(Tensor heard) =>
        EncodeAudio(heard.flatten(0, 1), StepWindows.Dense((int)heard.shape[0], (int)heard.shape[1]));

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

    /// <summary>The fused state of each row of a batch, those of its seconds behind those of its comments; what the chat said is not read.</summary>
    public LstmState Encode(Batch batch) => Fuse(EncodeVideo(batch.Seen, batch.Video), EncodeAudio(batch.Heard, batch.Audio));

    /// <summary>Comments per second that people write, [batch].</summary>
    /// <param name="fused">Of <see cref="Fuse"/>.</param>
    /// <param name="paces">How lively the chat was, [batch, 2]; ignored without past chat.</param>
    /// <exception cref="InvalidOperationException">The config has no rate.</exception>
    public Tensor Rate(LstmState fused, Tensor? paces) => RateHead.Logarithm(fused, paces).exp();

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

    /// <summary>What a batch's comments and seconds are foreseen by; what stands at padded positions is never computed.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="withheld">Share of the words that the decoder reads as <c>&lt;UNK&gt;</c>, drawn from torch's generator.</param>
    /// <returns>Logits at its targets, [targets, vocabulary], and ln of the rate in each of its seconds, [seconds]; absent if it has none.</returns>
    public (Tensor Logits, Tensor? Rates) Foresee(Batch batch, double withheld = 0)
    {
        LstmState all = Encode(batch);                                                               // [comments + seconds, hidden]
        LstmState Rows(long first, long count) => new(all.Hidden.narrow(0, first, count), all.Cell.narrow(0, first, count));
        Tensor? rates = batch.SecondCount == 0 ? null : RateHead.Logarithm(Rows(batch.CommentCount, batch.SecondCount), batch.Paces);

        (Tensor outputs, _) = decoder.Advance(Withhold(batch.Tokens, withheld), Rows(0, batch.CommentCount));    // [comments, time, hidden]
        outputs = outputs.flatten(0, 1).index_select(0, batch.Positions);
        if (Config.Chat is null)
            return (decoder.Logits(outputs), rates);
        PastWords past = EncodeChat(batch.ChatWords!, batch.ChatAges!);
        Tensor matches = past.Matches(batch.Tokens).flatten(0, 1).index_select(0, batch.Positions);    // none is withheld: a copy is not learned by heart
        return (Mix(outputs, past, matches, batch.Positions.floor_divide(batch.Tokens.shape[1])), rates);
    }

    /// <summary>Logits of a batch at its targets, [targets, vocabulary].</summary>
    public Tensor forward(Batch batch) => Foresee(batch).Logits;

    /// <summary>Mean and deviation of the features in the training data; ignored without eyes and ears.</summary>
    public void SetStatistics(FeatureStatistics seen, FeatureStatistics heard)
    {
        video_encoder.SetStatistics(seen);
        audio_encoder.SetStatistics(heard);
    }

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
            if (name is "video_encoder.embed.weight" or "audio_encoder.embed.weight")
                nn.init.kaiming_normal_(parameter, nonlinearity: nn.init.NonlinearityType.ReLU);
        }
    }
}
