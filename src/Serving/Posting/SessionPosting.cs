using Microsoft.Extensions.Hosting;
using Twitch.Chat;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Posting;

/// <summary>Offers what sessions say to a Twitch channel, if a person approved it or none is asked, and tells each session what became of it.</summary>
/// <remarks>The poster keeps a queue of its own, so nobody waits here.</remarks>
internal sealed class SessionPosting(SessionTable table, ChatPoster? poster) : IHostedService
{
    /// <summary>Takes the comments; absent where nothing is posted.</summary>
    public ChatPoster? Poster => poster;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (poster is not null)
            table.Commented += Offer;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        table.Commented -= Offer;
        return Task.CompletedTask;
    }

    private void Offer(string id, SessionComment comment)
    {
        bool mayBePosted = comment.State == CommentState.Approved || (comment.State == CommentState.Auto && poster!.Approval == ApprovalMode.Auto);
        if (!mayBePosted || !comment.Posts || table.TryFind(id) is not { } session)
            return;
        poster!.Offer(comment.Comment.Text, comment.At, approved: true, outcome => session.Posted(comment.Number, outcome));
    }
}
