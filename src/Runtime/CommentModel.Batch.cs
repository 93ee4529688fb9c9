using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

public sealed partial class CommentModel
{
    /// <summary>Decoders of several comments that move on together, one token each a step.</summary>
    /// <param name="capacity">Most rows of a step, at least 1; memory is taken for as many.</param>
    /// <returns>For one thread; dispose it before the model.</returns>
    public IModelBatchDecoder CreateBatchDecoder(int capacity)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Options.OnDevice
            ? new DeviceDecoderStep(_decoder, Config, Options, capacity)
            : new BatchDecoderStep(BatchSession(capacity), Config, _run, capacity);
    }

    /// <summary>Starts a loop that writes the comments of many callers together.</summary>
    /// <param name="capacity">Most comments written at a time, at least 1; others wait.</param>
    /// <returns>For any number of threads; dispose it before the model.</returns>
    public BatchScheduler CreateBatchScheduler(int capacity = 64) => new(CreateBatchDecoder(capacity), Speaker);

    /// <summary>Scores many comments together, for evaluation.</summary>
    /// <param name="capacity">Most comments of a batch, at least 1; its logits take capacity × vocabulary × 4 bytes.</param>
    /// <returns>For one thread; dispose it before the model.</returns>
    public BatchScorer CreateBatchScorer(int capacity = 512) => new(CreateBatchDecoder(capacity));

    // The step for many rows is opened when it is first asked for. Which one a decoder has follows from its capacity, not from the
    // rows of the moment: a comment must not change because another one ended.
    private InferenceSession BatchSession(int capacity)
    {
        string file = DecoderFile(capacity);
        if (file == DecoderFile(rows: 1))
            return _decoder;
        lock (_sessions)
        {
            if (_batchDecoder is null)
            {
                using SessionOptions decoding = Accelerator.SessionOptions(Options, wholly: true);
                _batchDecoder = Open(GraphContract.DecoderStep(Config) with { File = file }, decoding);
            }
            return _batchDecoder;
        }
    }
}
