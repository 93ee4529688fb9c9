using System.Diagnostics;

namespace Twitch.Runtime;

/// <summary>Measures a bundle on the machine it is to run on, in some seconds for each provider and precision.</summary>
public sealed class SpeedTest
{
    private const int LeastRuns = 3;

    private static readonly int[] RowCounts = [1, 16, 64], RowCountsOnGpu = [1, 16, 64, 256, 1024];

    private readonly CommentModel _model;
    private readonly TimeSpan _time;
    private readonly CancellationToken _cancellation;
    private readonly byte[] _frames, _second;
    private readonly float[] _mel, _secondMel;
    private readonly ChatWindow? _chat;
    private readonly SamplingOptions _sampling;

    private SpeedTest(CommentModel model, TimeSpan time, CancellationToken cancellation)
    {
        (_model, _time, _cancellation) = (model, time, cancellation);
        ModelConfig config = model.Config;
        var random = new Random(1);
        int stepsPerSecond = config.Mel.SampleRate / config.Mel.HopLength;
        _frames = new byte[config.WindowSeconds * config.Frame.ByteCount];
        random.NextBytes(_frames);
        _mel = [.. Enumerable.Range(0, config.WindowSeconds * stepsPerSecond * config.Mel.MelCount).Select(_ => random.NextSingle() * 12 - 12)];    // as log-mel lies
        (_second, _secondMel) = (_frames[..config.Frame.ByteCount], _mel[..(stepsPerSecond * config.Mel.MelCount)]);
        if (config.Chat is ChatSpec chat)
            _chat = ChatWindow.Before(TimeSpan.FromMinutes(1), chat, [.. Enumerable.Range(0, chat.CommentCount).Select(i => new PastComment(TimeSpan.FromSeconds(i), [.. Enumerable.Range(Vocabulary.SpecialCount, chat.WordCount).Select(id => id % config.VocabularySize)]))]);
        _sampling = model.Sampling with { MinLength = model.Sampling.MaxLength };    // no comment ends early
    }

    /// <summary>Opens a bundle and measures it.</summary>
    /// <param name="bundleFolder">The bundle.</param>
    /// <param name="options">Provider, precision and threads; nothing else is tried.</param>
    /// <param name="time">For each of the measurements, of which there are six; each runs a few times at least.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    /// <exception cref="TwitchException">The bundle cannot be opened, or not with this provider or precision.</exception>
    public static SpeedReport Run(string bundleFolder, RuntimeOptions options, TimeSpan time, CancellationToken cancellation = default)
    {
        long start = Stopwatch.GetTimestamp();
        using CommentModel model = CommentModel.Open(bundleFolder, options);
        TimeSpan open = Stopwatch.GetElapsedTime(start);

        var test = new SpeedTest(model, time, cancellation);
        ClipContext clip = test.Encode();
        EncoderState zeros = EncoderState.Zeros(model.Config);
        TimeSpan window = test.Median(() => test.Encode());
        TimeSpan second = test.Median(() => model.Fuse(model.Video.Encode(test._second, zeros), model.Audio.Encode(test._secondMel, zeros), test._chat is null ? null : model.Chat!.Encode([test._chat])));
        TimeSpan firstToken = test.Median(() =>
        {
            using CommentGenerator generator = model.CreateGenerator(test.Encode(), test._sampling);
            generator.TryNext(out _);
        });
        long resident = Environment.WorkingSet;    // before batches and the probe take theirs
        DecodeSpeed[] decode = [.. (options.Provider == ExecutionProvider.Cuda ? RowCountsOnGpu : RowCounts).Select(rows => test.Decode(clip, rows))];
        return new SpeedReport(options, open, window, second, firstToken, resident, decode);
    }

    /// <summary>Bytes of weights that one step reads, however many rows it has: the whole file but the table of gates, of which it
    /// reads a row for each token.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="options">Which decoder step.</param>
    /// <param name="rows">For how many rows it is made.</param>
    public static unsafe long StepWeightBytes(Bundle bundle, RuntimeOptions options, int rows = 1)
    {
        string file = CommentModel.DecoderFile(bundle, options, rows);
        long table = (long)bundle.Config.VocabularySize * 4 * bundle.Config.HiddenSize * (options.Precision == Precision.Float16 ? sizeof(Half) : sizeof(float));
        return bundle.Manifest.Files.Where(entry => entry.Key == file || entry.Key == $"{file}.data").Sum(entry => entry.Value.Bytes) - table;
    }

    private ClipContext Encode() => _model.Encode(_frames, _mel, _chat);

    // A turn is a comment's length of steps, then as many passes of the probe: both meet the machine in the same moments, and
    // either finds what it reads in the caches that are large enough, but for its first time.
    private DecodeSpeed Decode(ClipContext clip, int rows)
    {
        using MemoryProbe? probe = _model.Options.Provider == ExecutionProvider.Cpu ? new MemoryProbe(StepWeightBytes(_model.Bundle, _model.Options, rows)) : null;
        var (steps, passes) = (new List<TimeSpan>(), new List<TimeSpan>());
        using IModelBatchDecoder? decoder = rows == 1 ? null : _model.CreateBatchDecoder(rows);
        var buffers = new Sampler(_model.Config.VocabularySize, _model.Speaker.DrawRules.Banned);    // every token a word, so that rows have equally many
        Sampler[] samplers = [.. Enumerable.Range(0, rows).Select(_ => new Sampler(buffers))];    // as in a batch of comments
        Turn();
        (steps, passes) = ([], []);    // the first one warms up
        long start = Stopwatch.GetTimestamp();
        while (steps.Count == 0 || Stopwatch.GetElapsedTime(start) < _time)
            Turn();

        steps.Sort();
        passes.Sort();
        double median = At(steps, 0.5).TotalSeconds;
        return new DecodeSpeed(rows, rows / median, probe is null ? null : rows * (double)TimeSpan.TicksPerSecond / Math.Max(1, At(passes, 0.5).Ticks), At(steps, 0.5), At(steps, 0.95), At(steps, 0.99));

        void Turn()
        {
            _cancellation.ThrowIfCancellationRequested();
            if (decoder is null)
                WriteOne(clip, steps);
            else
                WriteMany(clip, decoder, samplers, steps);
            for (int i = 0; i < _sampling.MaxLength && probe is not null; i++)
                passes.Add(probe.Read());
        }
    }

    private void WriteOne(ClipContext clip, List<TimeSpan> steps)
    {
        using CommentGenerator generator = _model.CreateGenerator(clip, _sampling);
        long start = Stopwatch.GetTimestamp();
        while (generator.TryNext(out _))
        {
            steps.Add(Stopwatch.GetElapsedTime(start));
            start = Stopwatch.GetTimestamp();
        }
    }

    private void WriteMany(ClipContext clip, IModelBatchDecoder decoder, Sampler[] samplers, List<TimeSpan> steps)
    {
        var tokens = new int[samplers.Length];
        Array.Fill(tokens, Vocabulary.Start);
        for (int row = 0; row < samplers.Length; row++)
        {
            samplers[row].Begin(_sampling with { Seed = (ulong)row });
            decoder.Reset(row, clip);
        }
        for (int i = 0; i < _sampling.MaxLength; i++)
        {
            long start = Stopwatch.GetTimestamp();
            StepLogits logits = decoder.AdvanceToDraw(tokens);
            for (int row = 0; row < tokens.Length; row++)
                tokens[row] = samplers[row].Draw(logits[row]).Id;
            steps.Add(Stopwatch.GetElapsedTime(start));
        }
    }

    private TimeSpan Median(Action run)
    {
        var times = new List<TimeSpan>();
        run();    // warms up
        long start = Stopwatch.GetTimestamp();
        while (times.Count < LeastRuns || Stopwatch.GetElapsedTime(start) < _time)
        {
            _cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(begin));
        }
        times.Sort();
        return At(times, 0.5);
    }

    private static TimeSpan At(List<TimeSpan> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}
