namespace Twitch.Runtime;

public sealed partial class CommentModel
{
    /// <summary>Draws one comment beside the caller, and tells each token as it is drawn; the one that <see cref="Generate"/> draws.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <param name="drawn">Is told each token, on a thread of the pool.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public Task<Comment> GenerateAsync(ClipContext clip, SamplingOptions options, Action<Token>? drawn, CancellationToken cancellation = default) => Task.Run(() =>
    {
        var tokens = new List<int>();
        var logProbabilities = new List<float>();
        using CommentGenerator generator = CreateGenerator(clip, options);
        while (generator.TryNext(out Token token))
        {
            cancellation.ThrowIfCancellationRequested();
            tokens.Add(token.Id);
            logProbabilities.Add(token.LogProbability);
            drawn?.Invoke(token);
        }
        return new Comment(Vocabulary.Decode([.. tokens]), tokens, logProbabilities);
    }, cancellation);
}
