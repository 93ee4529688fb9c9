using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twitch.Chat.Helix;

/// <summary>An answer of the API: a value, or why there is none.</summary>
/// <param name="Status">The HTTP status; 0 if there was no answer.</param>
/// <param name="Value">The value of a 2xx answer.</param>
/// <param name="Error">The server's words, without the token.</param>
/// <param name="Headers">Of the answer.</param>
internal readonly record struct HelixAnswer<T>(HttpStatusCode Status, T? Value, string Error, HttpResponseHeaders? Headers) where T : class;

/// <summary>Requests to Twitch's API: time limit, size limit, no redirects, and no token in what it tells.</summary>
internal sealed class HelixApi : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    public HelixApi(TimeSpan timeout, TimeProvider time)
    {
        (_timeout, _time) = (timeout, time);
        // A redirect would carry the token elsewhere.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _http = new(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<HelixAnswer<T>> RequestAsync<T>(
        HttpMethod method, Uri uri, string scheme, AccessToken token, string? clientId, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        request.Headers.Authorization = new(scheme, token.Reveal());
        if (clientId is not null)
            request.Headers.Add("Client-Id", clientId);
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, either.Token);
            if (!answer.IsSuccessStatusCode)
                return new(answer.StatusCode, null, Clean(await ErrorAsync(answer, either.Token), token), answer.Headers);
            T? value = JsonSerializer.Deserialize(await BytesAsync(answer, either.Token), type);
            return new(answer.StatusCode, value, value is null ? "an empty answer" : "", answer.Headers);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            return new(0, null, Clean($"{uri.Host}: {e.Message}", token), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(0, null, $"{uri.Host}: no answer within {_timeout.TotalSeconds:0} s", null);
        }
    }

    public static JsonContent Body(ChatMessageRequest request) => JsonContent.Create(request, HelixJson.Default.ChatMessageRequest);

    public void Dispose() => _http.Dispose();

    private static async Task<string> ErrorAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        string status = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        byte[] body = await BytesAsync(answer, cancellation);
        try
        {
            HelixError? error = JsonSerializer.Deserialize(body, HelixJson.Default.HelixError);
            return string.IsNullOrWhiteSpace(error?.Message) ? status : $"{status}: {error.Message}";
        }
        catch (JsonException)
        {
            return status;
        }
    }

    // JSON is UTF-8, whatever an error page on the way says of itself: an unknown charset must not end anything.
    private static async Task<byte[]> BytesAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return bytes is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : bytes;
    }

    private static string Clean(string text, AccessToken token) => CommentText.Clean(token.Redact(text));
}
