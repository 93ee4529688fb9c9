using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Media.Uploads;
using Twitch.Serving.Http;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving.Uploads;

/// <summary>Comments on uploaded clips: receives, waits for a turn, decodes, encodes and writes.</summary>
internal sealed class ClipComments(ServedModel served, UploadQueue queue, IOptions<ServeOptions> options, ServeMetrics metrics, TimeProvider clock)
{
    public async Task<ClipCommentsJson> CommentAsync(HttpRequest request, CancellationToken cancellation)
    {
        ServeOptions limits = options.Value;
        ClipRequest wanted = ClipRequest.Of(request.Query, served.Model);
        using IDisposable place = queue.Admit();
        using ReceivedFile file = await ReceivedFile.ReceiveAsync(request, limits, ClipContainer.HeadSize, cancellation);
        long received = clock.GetTimestamp();
        ClipContainer container = ClipContainer.Detect(file.Head)
            ?? throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "container", $"the clip is not {ClipContainer.Known}; convert it.", null, ClipContainer.Known);

        UploadedClip clip;
        using (ServeMetrics.Traces.StartActivity("clip.decode"))
        using (await queue.TurnAsync(cancellation))
            clip = await DecodeAsync(file.Path, container, limits, cancellation);
        var comments = new List<ClipCommentJson>();
        using (ServeMetrics.Traces.StartActivity("clip.comment"))
        {
            foreach (TimeSpan moment in wanted.Moments(clip.Length, limits.MaxClipComments))
            {
                RecordedWindow window = clip.Window(moment);
                ClipContext context = await Task.Run(() => served.Model.Encode(window.Frames, window.Mel), cancellation);
                SamplingOptions here = wanted.Sampling with { Seed = Xoshiro256.Derive(wanted.Sampling.Seed, (long)moment.TotalMilliseconds) };
                foreach (Comment comment in await served.Scheduler.GenerateDistinctAsync(context, here, wanted.Count, cancellation))
                    comments.Add(new ClipCommentJson(moment.TotalSeconds, comment.Text, comment.Tokens, comment.LogProbabilities));
            }
        }
        metrics.ClipCommented(clock.GetElapsedTime(received));
        return new ClipCommentsJson(clip.Length.TotalSeconds, comments, clip.Warnings);
    }

    private async Task<UploadedClip> DecodeAsync(string path, ClipContainer container, ServeOptions limits, CancellationToken cancellation)
    {
        try
        {
            return await UploadedClip.DecodeAsync(path, container, served.Model.Config, new UploadLimits(limits.MaxClip, limits.DecodeTime, limits.FfmpegMemory), cancellation);
        }
        catch (ClipRefusedException e)
        {
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "clip", e.Message);
        }
    }
}
