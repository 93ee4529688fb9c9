using System.Threading.Channels;

namespace Twitch.Runtime;

/// <summary>Writes the comments of many callers together (continuous batching): one loop moves all of them on by a token at a time, and
/// a comment joins the running batch as soon as there is room. For any number of threads.</summary>
/// <remarks>Dispose it before the model.</remarks>
public sealed class BatchScheduler : IAsyncDisposable
{
    private readonly IBatchDecoderStep _decoder;
    private readonly Speaker _speaker;
    private readonly CommentBatch<Generation> _batch;
    private readonly Channel<Generation> _waiting = Channel.CreateUnbounded<Generation>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _loop;
    private volatile bool _disposed;

    /// <summary>Starts the loop over a decoder, which becomes the scheduler's.</summary>
    /// <param name="decoder">Its capacity is the most comments written at a time; others wait. Disposed with the scheduler.</param>
    /// <param name="speaker">Knows the words and what may be said.</param>
    public BatchScheduler(IBatchDecoderStep decoder, Speaker speaker)
    {
        (_decoder, _speaker, _batch) = (decoder, speaker, new CommentBatch<Generation>(decoder, speaker.DrawRules));
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Draws one comment, the same whatever else is being written: the one that <see cref="CommentModel.Generate"/> draws, where the model has one
    /// <see cref="CommentModel.DecoderFile(int)"/> for both (not in int8). It may be <see cref="Comment.Withheld"/>.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <param name="cancellation">Takes the comment out of the batch.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2), or the decoder failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler was disposed before the comment ended.</exception>
    public Task<Comment> GenerateAsync(ClipContext clip, SamplingOptions options, CancellationToken cancellation = default) =>
        GenerateAsync(clip, options, null, cancellation);

    /// <summary>Draws one comment, the same whatever else is being written, and tells its tokens as soon as it is known that it may be said.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <param name="drawn">Is told each token, on the loop's thread: all comments wait for it, so it must be short.</param>
    /// <param name="cancellation">Takes the comment out of the batch.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2), or the decoder failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler was disposed before the comment ended.</exception>
    public Task<Comment> GenerateAsync(ClipContext clip, SamplingOptions options, Action<Token>? drawn, CancellationToken cancellation)
    {
        options.Validate(_decoder.VocabularySize);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<Comment>(cancellation);

        var generation = new Generation(clip, options, drawn);
        generation.CancelWith(cancellation);
        if (!_waiting.Writer.TryWrite(generation))
            generation.Fail(new ObjectDisposedException(nameof(BatchScheduler)));
        return generation.Task;
    }

    /// <summary>Draws comments with different texts from one encoding, as <see cref="CommentModel.GenerateDistinct"/> does.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn; every try has a seed derived from this one's.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Takes them out of the batch.</param>
    /// <returns>Fewer than <paramref name="count"/> if the model has little to say.</returns>
    /// <exception cref="TwitchException">An option is out of range (exit code 2), or the decoder failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<Comment>> GenerateDistinctAsync(ClipContext clip, SamplingOptions options, int count, CancellationToken cancellation = default)
    {
        List<Comment> found = [];
        var distinct = new DistinctComments(options, count);
        while (distinct.NextTries() is { Length: > 0 } tries)
            found.AddRange((await Task.WhenAll(tries.Select(next => GenerateAsync(clip, next, cancellation)))).Where(distinct.Add));
        return found;
    }

    /// <summary>Ends the loop after its step; comments that have not ended fail with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _waiting.Writer.TryComplete();
        await _loop;
        (_decoder as IDisposable)?.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            Join();
            while (_batch.Count > 0)
            {
                Step();
                Join();
            }
        }
    }

    private void Join()
    {
        _batch.Remove(generation => generation.Task.IsCompleted);    // cancelled
        if (_disposed)
        {
            _batch.Remove(generation => generation.Fail(new ObjectDisposedException(nameof(BatchScheduler))));
            while (_waiting.Reader.TryRead(out Generation? late))
                late.Fail(new ObjectDisposedException(nameof(BatchScheduler)));
            return;
        }
        while (!_batch.IsFull && _waiting.Reader.TryRead(out Generation? next))
        {
            if (next.Task.IsCompleted)
                continue;
            try
            {
                _batch.Begin(next, next.Clip, Speaker.OptionsOf(next.Options, next.Draw));
            }
            catch (Exception e)    // a clip of another model's size
            {
                next.Fail(e);
            }
        }
    }

    private void Step()
    {
        try
        {
            _batch.Step(End);
        }
        catch (Exception e)    // the decoder's: no row has a state any more, but the next comments may fare better
        {
            _batch.Remove(generation => generation.Fail(e));
        }
    }

    private void End(Generation generation, IReadOnlyList<Token> tokens, Exception? failure)
    {
        if (failure is not null)
        {
            generation.Fail(failure);
            return;
        }
        Comment? comment = _speaker.Decide([.. tokens.Select(token => token.Id)], [.. tokens.Select(token => token.LogProbability)], generation.Options, generation.Draw);
        if (comment is not null)
        {
            if (!comment.IsWithheld)
                generation.Tell(tokens);
            generation.Complete(comment);
            return;
        }
        generation.Draw++;
        if (!_waiting.Writer.TryWrite(generation))
            generation.Fail(new ObjectDisposedException(nameof(BatchScheduler)));
    }

    /// <summary>A comment that somebody waits for. The first end counts: its words, a failure, or the caller's cancellation.</summary>
    private sealed class Generation(ClipContext clip, SamplingOptions options, Action<Token>? drawn)
    {
        // The callers go on elsewhere: the loop is for steps.
        private readonly TaskCompletionSource<Comment> _comment = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenRegistration _cancelling;

        public ClipContext Clip => clip;

        public SamplingOptions Options => options;

        public int Draw { get; set; }    // how often it was drawn before

        public Task<Comment> Task => _comment.Task;

        public void Tell(IReadOnlyList<Token> tokens)
        {
            if (drawn is null || _comment.Task.IsCompleted)    // cancelled, it is not told
                return;
            try
            {
                foreach (Token token in tokens)
                    drawn(token);
            }
#pragma warning disable CA1031 // the caller's, and so is its comment alone
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
            }
        }

        public void CancelWith(CancellationToken cancellation) => _cancelling = cancellation.Register(() => _comment.TrySetCanceled(cancellation));

        public void Complete(Comment comment)
        {
            _cancelling.Unregister();
            _comment.TrySetResult(comment);
        }

        public bool Fail(Exception e)
        {
            _cancelling.Unregister();
            _comment.TrySetException(e);
            return true;
        }
    }
}
