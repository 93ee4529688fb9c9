using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Twitch.Serving.Http;

/// <summary>Reads what requests bring, with errors that say where and what; writes JSON.</summary>
internal static class Requests
{
    private const int MostJson = 64 << 10;

    public static JsonHttpResult<T> Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => TypedResults.Json(value, type, statusCode: status);

    /// <summary>Reads a small JSON body.</summary>
    /// <exception cref="ProblemException">It is none, or too large.</exception>
    public static async Task<T> ReadJsonAsync<T>(this HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "content_type", "the body must be JSON.", request.ContentType, "application/json");
        var body = new byte[MostJson + 1];
        int count = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        if (count > MostJson)
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, "body", "the body is too large.", $"more than {MostJson} bytes", $"at most {MostJson} bytes");
        try
        {
            return JsonSerializer.Deserialize(body.AsSpan(0, count), type) ?? throw ProblemException.BadRequest("the body is null; an object is needed.", "null", "an object");
        }
        catch (JsonException e)
        {
            throw ProblemException.BadRequest($"the body is not the JSON that was expected: {e.Message}");
        }
    }

    /// <summary>The fields of sampling in a query.</summary>
    public static SamplingJson ReadSampling(this IQueryCollection query) => new(
        query.Number<float>("temperature"), query.Number<int>("top_k"), query.Number<float>("top_p"), query.Number<float>("min_p"), query.Number<float>("repetition_penalty"),
        query.Number<int>("no_repeat_ngram"), query.Number<int>("min_length"), query.Number<int>("max_length"), query.Number<ulong>("seed"));

    /// <summary>A number in a query; null if it is not there.</summary>
    public static T? Number<T>(this IQueryCollection query, string name) where T : struct, ISpanParsable<T>
    {
        if (query[name] is not [{ } text, ..])
            return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out T value) ? value : throw ProblemException.BadRequest($"{name} is '{text}'; it must be a number.", text, "a number");
    }

    /// <summary>A time in a query, such as 1:02:03 or 62.5; null if it is not there.</summary>
    public static TimeSpan? Time(this IQueryCollection query, string name) => query[name] is [{ } text, ..] ? ParseTime(text, name) : null;

    /// <summary>All times of that name.</summary>
    public static TimeSpan[] Times(this IQueryCollection query, string name) => [.. query[name].Select(text => ParseTime(text ?? "", name))];

    private static TimeSpan ParseTime(string text, string name) =>
        StreamTime.TryParse(text) ?? throw ProblemException.BadRequest($"{name} is '{text}'; it must be a time such as 1:02:03, 62:03 or 3723.5.", text, "a time");
}
