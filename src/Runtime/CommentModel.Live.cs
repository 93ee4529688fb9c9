namespace Twitch.Runtime;

public sealed partial class CommentModel
{
    /// <summary>Draws one comment beside the caller, and tells its tokens as soon as it is known that it may be said; the comment that
    /// <see cref="Generate"/> draws.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="options">How each token is drawn.</param>
    /// <param name="drawn">Is told each token, on a thread of the pool; none of a comment that is withheld.</param>
    /// <param name="cancellation">Stops before it is begun.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public Task<Comment> GenerateAsync(ClipContext clip, SamplingOptions options, Action<Token>? drawn, CancellationToken cancellation = default) => Task.Run(() =>
    {
        Comment comment = Generate(clip, options);
        for (int i = 0; i < comment.Tokens.Count; i++)
            drawn?.Invoke(new Token(comment.Tokens[i], comment.LogProbabilities[i]));
        return comment;
    }, cancellation);
}
