using System.Globalization;
using Microsoft.AspNetCore.Http;
using Twitch.Runtime;
using Twitch.Serving.Http;

namespace Twitch.Serving.Uploads;

/// <summary>Which moments of a clip to comment on, and how: the query of <c>POST /v1/comments</c>.</summary>
internal sealed record ClipRequest(IReadOnlyList<TimeSpan> At, TimeSpan? Every, TimeSpan? From, TimeSpan? To, int Count, SamplingOptions Sampling)
{
    private const int MostCount = 100;

    public static ClipRequest Of(IQueryCollection query, CommentModel model)
    {
        SamplingOptions sampling = query.ReadSampling().Over(model.Sampling).Validate(model.Config.VocabularySize);
        var request = new ClipRequest(query.Times("at"), query.Time("every"), query.Time("from"), query.Time("to"), query.Number<int>("count") ?? 1, sampling);
        if (request.At.Count > 0 && request.Every is not null)
            throw ProblemException.BadRequest("at and every exclude each other; give one.");
        if (request.Every is null && (request.From ?? request.To) is not null)
            throw ProblemException.BadRequest("from and to need every.");
        if (request.Every < TimeSpan.FromSeconds(0.1))
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "option", string.Create(CultureInfo.InvariantCulture, $"every is {request.Every.Value.TotalSeconds} s; it must be at least 0.1 s."));
        if (request.Count is < 1 or > MostCount)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "option", $"count is {request.Count}; it must be in [1, {MostCount}].", $"{request.Count}", $"in [1, {MostCount}]");
        if (request.Count > 1 && sampling.Temperature == 0)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "option", $"count is {request.Count}, but at temperature 0 there is one comment on a moment; raise the temperature.");
        return request;
    }

    /// <summary>The moments of a clip in order.</summary>
    /// <param name="length">How long it is.</param>
    /// <param name="mostComments">More are refused.</param>
    public IReadOnlyList<TimeSpan> Moments(TimeSpan length, int mostComments)
    {
        List<TimeSpan> moments = [.. At.Order().Distinct()];
        if (Every is { } every)
        {
            TimeSpan end = To < length ? To.Value : length;
            for (TimeSpan moment = From ?? every; moment <= end && moments.Count <= mostComments; moment += every)
                moments.Add(moment);
        }
        else if (moments.Count == 0)
        {
            moments.Add(length);
        }
        if (moments.Count == 0 || moments[^1] > length)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "moment", $"the clip ends at {StreamTime.Format(length)}, before the moment to comment on; give an earlier time.", moments.Count == 0 ? null : StreamTime.Format(moments[^1]), $"at most {StreamTime.Format(length)}");
        if ((long)moments.Count * Count > mostComments)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "comments", $"{moments.Count * (long)Count} comments or more were asked for; at most {mostComments} are written on a clip.", null, $"at most {mostComments}");
        return moments;
    }
}
