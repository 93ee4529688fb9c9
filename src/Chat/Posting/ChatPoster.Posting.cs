namespace Twitch.Chat;

public sealed partial class ChatPoster
{
    private DateTimeOffset _quietUntil;    // the server's own wish; only the loop below uses it
    private string _quietBecause = "";

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
#pragma warning disable CA1031 // whatever ends the loop is told wherever a person looks: nothing would be posted from here on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Change(() => _ended = true);
            Fail($"the posting has ended by an error that is a bug, please report it: {e.GetType().Name}: {e.Message}");
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
            (_quietUntil, _quietBecause) = (_time.GetUtcNow() + result.RetryAfter, result.Detail);
            if (result.Status is SendStatus.Sent or SendStatus.Duplicate or SendStatus.Failed)
                _recent.Add(post.Text);
            if (result.Status == SendStatus.Forbidden)
                Fail(result.Detail);
            return outcome with { Decision = Decision(result.Status), Detail = result.Detail };
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested
                ? outcome with { Decision = PostDecision.Stopped, Detail = StoppedBecause ?? "" }
                : outcome with { Decision = PostDecision.Expired, Detail = _quietUntil > _time.GetUtcNow() ? $"the server asked to wait: {_quietBecause}" : "" };
        }
        catch (TwitchException e)    // the login, made anew, was refused
        {
            Fail(e.Message);
            return outcome with { Decision = PostDecision.Failed, Detail = e.Message };
        }
#pragma warning disable CA1031 // one post that fails for a reason nobody thought of is no reason to post nothing more
        catch (Exception e)
#pragma warning restore CA1031
        {
            _recent.Add(post.Text);    // it may have been said
            return outcome with { Decision = PostDecision.Failed, Detail = $"an unexpected {e.GetType().Name}: {e.Message}" };
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
