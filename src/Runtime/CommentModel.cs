using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>A bundle, opened: turns frames, sound and past chat into comments. Opened once and shared between threads and streams.</summary>
/// <example><code>
/// using CommentModel model = CommentModel.Open("bundle");
/// ClipContext clip = model.Encode(frames, mel);
/// Console.WriteLine(model.Generate(clip, model.Sampling).Text);
/// </code></example>
public sealed partial class CommentModel : IDisposable
{
    private readonly RunOptions _run = new();
    private readonly List<IDisposable> _sessions = [];
    private readonly Fusion _fusion;
    private readonly RateHead? _rate;
    private readonly InferenceSession _decoder;
    private InferenceSession? _batchDecoder;
    private readonly ConcurrentBag<(IModelDecoder Decoder, Sampler Sampler)> _idle = [];
    private volatile bool _disposed;

    private CommentModel(Bundle bundle, RuntimeOptions options)
    {
        (Bundle, Options) = (bundle, options);
        try
        {
            using SessionOptions encoding = Accelerator.SessionOptions(options, wholly: false);
            using SessionOptions decoding = Accelerator.SessionOptions(options, wholly: true);
            if (Config is { Eyes: { } eyes, Ears: { } ears })
                Senses = new Senses(Graph(GraphContract.FrameFeatures(eyes)), Graph(GraphContract.SoundFeatures(ears)), eyes, ears);
            GraphEntry video = GraphContract.VideoEncoder(Config);
            Video = new VideoEncoder(Graph(video with { File = bundle.InPrecisionIfAny(video.File, options.PrecisionName) }), Config, Senses);
            Audio = new AudioEncoder(Graph(GraphContract.AudioEncoder(Config)), Config, Senses);
            if (Config.Chat is ChatSpec chat)
                Chat = new ChatEncoder(Graph(GraphContract.ChatEncoder(Config, chat)), chat);
            if (Config.RateSize > 0)
                _rate = new RateHead(Graph(GraphContract.RateHead(Config)), Config);
            _fusion = new Fusion(Graph(GraphContract.Fusion(Config)), Config);
            GraphEntry step = options.OnDevice ? GraphContract.DeviceDecoderStep(Config) : GraphContract.DecoderStep(Config);
            _decoder = Open(step with { File = DecoderFile(rows: 1) }, decoding);
            Speaker = new Speaker(new SpeechRules(options.BannedWords), Vocabulary, bundle.BlockedRuns);
            if (options.Provider == ExecutionProvider.Cuda)
                TryOut();

            OpenGraph Graph(GraphEntry needed) => new(Open(needed, encoding), _run, options.Provider);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Version of the ONNX Runtime that models run in.</summary>
    public static string OnnxRuntimeVersion => Accelerator.OrtEnvironment.GetVersionString();

    /// <summary>The files, and what <c>bundle.json</c> says.</summary>
    public Bundle Bundle { get; }

    /// <summary>How it is run.</summary>
    public RuntimeOptions Options { get; }

    /// <summary>Sizes of the network, and how frames and sound are sampled.</summary>
    public ModelConfig Config => Bundle.Config;

    /// <summary>The words of the ids.</summary>
    public Vocabulary Vocabulary => Bundle.Vocabulary;

    /// <summary>What may be said, and how often something might not be.</summary>
    public Speaker Speaker { get; }

    /// <summary>The bundle's sampling defaults.</summary>
    public SamplingOptions Sampling => Bundle.Manifest.Sampling;

    /// <summary>Frozen eyes and ears; absent if the network takes frames and log-mel as they are.</summary>
    public Senses? Senses { get; }

    /// <summary>Takes frames in as they arrive.</summary>
    public VideoEncoder Video { get; }

    /// <summary>Takes sound in as it arrives.</summary>
    public AudioEncoder Audio { get; }

    /// <summary>Reads what was said before a moment; absent if the network reads no past chat.</summary>
    public ChatEncoder? Chat { get; }

    /// <summary>Whether the network says how often people would comment: <see cref="Rate"/>.</summary>
    public bool HasRate => _rate is not null;

    /// <summary>The bundle's file that writes so many comments at a time on this machine.</summary>
    /// <param name="rows">Most of them, at least 1.</param>
    public string DecoderFile(int rows) => DecoderFile(Bundle, Options, rows);

    /// <summary>A number of comments from which on more of them are written by no other file.</summary>
    internal int ManyRows => Math.Max(2, (Bundle.Manifest.Variants ?? []).Select(variant => variant.LeastRows).DefaultIfEmpty().Max());

    /// <summary>The file of a bundle that would.</summary>
    /// <exception cref="TwitchException">The bundle does not have the precision.</exception>
    internal static string DecoderFile(Bundle bundle, RuntimeOptions options, int rows)
    {
        // Where the product of bytes saturates, a scale for each row makes int8 worse.
        bool isExact = options.Precision == Precision.Float32 || Processor.AddsFourProducts;
        return bundle.InPrecision(BundleManifest.DecoderStepFile, options.PrecisionName, isExact ? rows : 1, options.OnDevice);
    }

    /// <summary>Opens a bundle: compares every file with its hash, then every graph with what it should be.</summary>
    /// <param name="bundleFolder">The folder that the export made.</param>
    /// <param name="options">Provider, precision and threads; the processor, float32 and one thread if absent.</param>
    /// <exception cref="TwitchException">A file is missing, extra, altered or wrongly shaped, or the provider or precision cannot be had.</exception>
    public static CommentModel Open(string bundleFolder, RuntimeOptions? options = null)
    {
        options = (options ?? new RuntimeOptions()).Validate();
        return new CommentModel(Bundle.Open(bundleFolder), options);
    }

    /// <summary>Encodes one window.</summary>
    /// <param name="frames">[time, height, width, 3] RGB; may be empty.</param>
    /// <param name="mel">[time, stride, n_mels] log-mel in whole <see cref="Media.SoundSteps"/>; may be empty.</param>
    /// <param name="chat">What was said before, of <see cref="ChatHistory.Before"/>; absent: nothing is known of it.</param>
    /// <exception cref="ArgumentException">The lengths are not whole frames or steps, or there is chat for a network that reads none.</exception>
    public ClipContext Encode(ReadOnlySpan<byte> frames, ReadOnlySpan<float> mel, ChatWindow? chat = null) =>
        EncodeBatch(frames, mel, 1, chat is null ? null : [chat])[0];

    /// <summary>Encodes several windows of equal length at once.</summary>
    /// <param name="frames">[batch, time, height, width, 3] RGB; may be empty.</param>
    /// <param name="mel">[batch, time, stride, n_mels] log-mel in whole <see cref="Media.SoundSteps"/>; may be empty.</param>
    /// <param name="batch">Number of windows.</param>
    /// <param name="chats">What was said before each; absent: nothing is known of it.</param>
    /// <exception cref="ArgumentException">The lengths are not whole frames or steps of the batch, or there is chat for a network that
    /// reads none.</exception>
    public ClipContext[] EncodeBatch(ReadOnlySpan<byte> frames, ReadOnlySpan<float> mel, int batch, IReadOnlyList<ChatWindow>? chats = null) =>
        Fuse(Video.Encode(frames, EncoderState.Zeros(Config, batch)), Audio.Encode(mel, EncoderState.Zeros(Config, batch)), chats is null ? null : RequireChat().Encode(chats));

    /// <summary>Joins what was seen with what was heard, and with what was said, one context for each clip of the batch.</summary>
    /// <param name="video">Of <see cref="Video"/>.</param>
    /// <param name="audio">Of <see cref="Audio"/>.</param>
    /// <param name="past">Of <see cref="Chat"/>, one for each clip; absent: nothing is known of what was said.</param>
    /// <exception cref="ArgumentException">They are not of the same clips, or there is chat for a network that reads none.</exception>
    public ClipContext[] Fuse(EncoderState video, EncoderState audio, IReadOnlyList<PastWords>? past = null) =>
        _fusion.Fuse(video, audio, Chat is null && past is null ? null : past ?? [.. Enumerable.Repeat(RequireChat().Nothing, video.Batch)]);

    /// <summary>Comments per second that people would write now, in [<see cref="ModelConfig.LeastRate"/>, <see cref="ModelConfig.MostRate"/>].</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="pace">How lively the chat was, of <see cref="ChatHistory.PaceBefore"/>; absent: nothing is known of it.</param>
    /// <exception cref="TwitchException">The bundle has no rate.</exception>
    public float Rate(ClipContext clip, ChatPace? pace = null) => RequireRate().Rate(clip, pace);

    /// <summary>A chat that this model can read; empty.</summary>
    /// <param name="capacity">Comments that are kept at least.</param>
    public ChatHistory CreateChatHistory(int capacity = 1024) => new(Config.Chat, Vocabulary, capacity);

    /// <summary>Begins a comment, to be drawn token by token; its text has not been through <see cref="SpeechRules.Say"/>.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <returns>For one thread; dispose it before the model.</returns>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public CommentGenerator CreateGenerator(ClipContext clip, SamplingOptions options)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options.Validate(Config.VocabularySize);
        if (!_idle.TryTake(out (IModelDecoder Decoder, Sampler Sampler) buffers))
            buffers = (CreateDecoder(), new Sampler(Speaker.DrawRules));
        try
        {
            return new CommentGenerator(buffers.Decoder, buffers.Sampler, clip, options, (decoder, sampler) => GiveBack((IModelDecoder)decoder, sampler));
        }
        catch    // a clip of another model
        {
            GiveBack(buffers.Decoder, buffers.Sampler);
            throw;
        }
    }

    /// <summary>Draws one comment; one that may not be said is drawn again with other seeds, at most <see cref="Speaker.MostDraws"/> times in all.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <returns>As it may be said, or <see cref="Comment.Withheld"/>.</returns>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public Comment Generate(ClipContext clip, SamplingOptions options) => Draw(options, each => CreateGenerator(clip, each));

    /// <summary>Draws the comment that a <see cref="BatchScheduler"/> does.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <param name="capacity">Of the scheduler.</param>
    internal Comment GenerateAsOneOf(int capacity, ClipContext clip, SamplingOptions options)
    {
        capacity = Math.Clamp(capacity, 1, ManyRows);
        if (DecoderFile(capacity) == DecoderFile(rows: 1))
            return Generate(clip, options);
        using IModelBatchDecoder decoder = CreateBatchDecoder(capacity);
        var (row, sampler) = (new OneOfMany(decoder), new Sampler(Speaker.DrawRules));
        return Draw(options, each => new CommentGenerator(row, sampler, clip, each));
    }

    private Comment Draw(SamplingOptions options, Func<SamplingOptions, CommentGenerator> begin)
    {
        for (int draw = 0; ; draw++)
        {
            using CommentGenerator generator = begin(Speaker.OptionsOf(options, draw));
            Comment drawn = generator.ToEnd(Vocabulary);
            if (Speaker.Decide(drawn.Tokens, drawn.LogProbabilities, options, draw) is { } comment)
                return comment;
        }
    }

    /// <summary>How likely the model finds a given comment.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="tokens">The first input, <c>&lt;SOS&gt;</c>, then the ids to score, usually ending with <c>&lt;EOS&gt;</c>.</param>
    /// <returns>ln p of each id after the first, given those before it, under the plain softmax of the logits.</returns>
    public float[] Score(ClipContext clip, ReadOnlySpan<int> tokens)
    {
        var scores = new float[Math.Max(0, tokens.Length - 1)];
        using IModelDecoder decoder = CreateDecoder();
        decoder.Reset(clip);
        for (int i = 0; i < scores.Length; i++)
        {
            ReadOnlySpan<float> logits = decoder.Advance(tokens[i]);    // [vocabulary]
            scores[i] = logits[tokens[i + 1]] - SoftmaxSum.Log(logits);
        }
        return scores;
    }

    /// <summary>Draws comments with different texts from one encoding. The first is the one <see cref="Generate"/> draws.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn; every try has a seed derived from this one's.</param>
    /// <param name="count">How many.</param>
    /// <returns>As many as were found in 20 tries for each; fewer than <paramref name="count"/> if the model has little to say.</returns>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public IEnumerable<Comment> GenerateDistinct(ClipContext clip, SamplingOptions options, int count)
    {
        var distinct = new DistinctComments(options, count);
        while (distinct.NextTries() is { Length: > 0 } tries)
        {
            foreach (SamplingOptions next in tries)
            {
                Comment comment = Generate(clip, next);
                if (distinct.Add(comment))
                    yield return comment;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        using Lock.Scope turn = DeviceTurn.Take(Options.Provider);
        while (_idle.TryTake(out (IModelDecoder Decoder, Sampler Sampler) buffers))
            buffers.Decoder.Dispose();
        foreach (IDisposable session in _sessions)
            session.Dispose();
        _run.Dispose();
    }

    /// <summary>A decoder of the caller's own, for checks and measurements; generators have theirs, which are reused.</summary>
    /// <returns>For one thread; dispose it before the model.</returns>
    public IModelDecoder CreateDecoder()
    {
        if (Options.OnDevice)
            return new DeviceDecoderStep(_decoder, Config, Options, capacity: 1);
        return new OrtDecoderStep(_decoder, Config, _run);
    }

    private ChatEncoder RequireChat() => Chat ?? throw new ArgumentException($"{Bundle.Folder} reads no past chat; give none, or train one with --past-chat.");

    internal RateHead RequireRate() => _rate ?? throw new TwitchException(
        $"{Bundle.Folder}: does not say when to comment ({BundleManifest.RateFile} is missing); use --every or --at, or train the model again without --no-rate.");

    private InferenceSession Open(GraphEntry needed, SessionOptions options)
    {
        InferenceSession session = GraphSession.Open(Bundle, needed, options, Options.Provider);
        _sessions.Add(session);
        return session;
    }

    // CUDA loads cuDNN when a graph first needs it: what is missing is said when the model is opened.
    private void TryOut()
    {
        using CommentGenerator generator = CreateGenerator(Encode(new byte[Config.Frame.ByteCount], new float[Config.MelStepSize]), Sampling);
        generator.TryNext(out _);
    }

    private void GiveBack(IModelDecoder decoder, Sampler sampler)
    {
        if (_disposed)
            decoder.Dispose();
        else
            _idle.Add((decoder, sampler));
    }
}
