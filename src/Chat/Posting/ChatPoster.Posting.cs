namespace Twitch.Chat;

public sealed partial class ChatPoster
{
    private DateTimeOffset _quietUntil;    // the server's own wish; only the loop below uses it

    private async Task PostAsync()
    {
        try
        {
            while (true)
            {
                await _work.WaitAsync(_closing.Token);
                PendingPost? post = null;
                CancellationToken stopping = default;
                Change(() => (post, stopping) = (_ready.TakeOldest(), _stopping.Token));
                if (post is null)
                    continue;    // it expired, gave way or was stopped
                PostOutcome outcome = await PostAsync(post, stopping);
                Change(() => Decide(outcome, post.Decided));
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
        }
    }

    // Waits for the server's leave, for a place within the limit and for the connection, all only as long as the comment lives.
    private async Task<PostOutcome> PostAsync(PendingPost post, CancellationToken stopping)
    {
        TimeSpan life = post.Expires - _time.GetUtcNow();
        using var expiry = new CancellationTokenSource(life > TimeSpan.Zero ? life : TimeSpan.FromTicks(1), _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, stopping);
        var outcome = new PostOutcome(post.Id, post.Text.Value, PostDecision.Sent);
        try
        {
            while (true)
            {
                ending.Token.ThrowIfCancellationRequested();
                if (_recent.Contains(post.Text))
                    return outcome with { Decision = PostDecision.Duplicate };
                TimeSpan wait = _quietUntil - _time.GetUtcNow();
                if (wait <= TimeSpan.Zero)
                    wait = _limit.Take();
                if (wait <= TimeSpan.Zero)
                    break;
                await Task.Delay(wait, _time, ending.Token);
            }
            SendResult result = await _sink.SendAsync(post.Text, ending.Token);
            _quietUntil = _time.GetUtcNow() + result.RetryAfter;
            if (result.Status is SendStatus.Sent or SendStatus.Duplicate or SendStatus.Failed)
                _recent.Add(post.Text);
            if (result.Status == SendStatus.Forbidden)
                Stop(result.Detail);
            return outcome with { Decision = Decision(result.Status), Detail = result.Detail };
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested
                ? outcome with { Decision = PostDecision.Stopped, Detail = StoppedBecause ?? "" }
                : outcome with { Decision = PostDecision.Expired };
        }
        catch (TwitchException e)    // the login, made anew, was refused
        {
            Stop(e.Message);
            return outcome with { Decision = PostDecision.Failed, Detail = e.Message };
        }
    }

    private static PostDecision Decision(SendStatus status) => status switch
    {
        SendStatus.Sent => PostDecision.Sent,
        SendStatus.Duplicate => PostDecision.Duplicate,
        SendStatus.RateLimited => PostDecision.RateLimited,
        SendStatus.Failed => PostDecision.Failed,
        _ => PostDecision.Refused,
    };
}
