namespace Twitch.Runtime;

/// <summary>Writes one comment token by token. Cheap: it owns one sequence's state and nothing else. Not for several threads at a
/// time; each thread takes its own.</summary>
/// <remarks>Dispose it before the model; it gives its buffers back.</remarks>
public sealed class CommentGenerator : IDisposable
{
    private readonly IDecoderStep _decoder;
    private readonly Sampler _sampler;
    private readonly Action<IDecoderStep, Sampler>? _giveBack;
    private int _token = Vocabulary.Start;
    private bool _ended;
    private bool _disposed;

    /// <summary>Begins a comment with a decoder and a sampler of the caller's.</summary>
    /// <param name="decoder">Is reset to <paramref name="clip"/>.</param>
    /// <param name="sampler">Made for the decoder's vocabulary.</param>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public CommentGenerator(IDecoderStep decoder, Sampler sampler, ClipContext clip, SamplingOptions options)
        : this(decoder, sampler, clip, options, null)
    {
    }

    internal CommentGenerator(IDecoderStep decoder, Sampler sampler, ClipContext clip, SamplingOptions options, Action<IDecoderStep, Sampler>? giveBack)
    {
        (_decoder, _sampler, _giveBack) = (decoder, sampler, giveBack);
        sampler.Begin(options);
        decoder.Reset(clip);
    }

    /// <summary>Draws the next token; allocates nothing.</summary>
    /// <param name="token">The token; the start and the end mark never are one.</param>
    /// <returns>False if the comment has ended.</returns>
    public bool TryNext(out Token token)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        token = default;
        if (_ended)
            return false;

        token = _sampler.Draw(_decoder.AdvanceToDraw(_token)[0]);
        _token = token.Id;
        _ended = token.Id == Vocabulary.End || _sampler.IsFull;
        return token.Id != Vocabulary.End;
    }

    /// <summary>Draws the rest of the comment.</summary>
    /// <param name="vocabulary">The words of the ids.</param>
    public Comment ToEnd(Vocabulary vocabulary)
    {
        var tokens = new List<int>();
        var logProbabilities = new List<float>();
        while (TryNext(out Token token))
        {
            tokens.Add(token.Id);
            logProbabilities.Add(token.LogProbability);
        }
        return new Comment(vocabulary.Decode([.. tokens]), tokens, logProbabilities);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _giveBack?.Invoke(_decoder, _sampler);
    }
}
