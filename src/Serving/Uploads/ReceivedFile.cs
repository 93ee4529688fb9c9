using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Twitch.Serving.Http;

namespace Twitch.Serving.Uploads;

/// <summary>A request's body in a file of a folder that only we can open; gone with it.</summary>
internal sealed class ReceivedFile : IDisposable
{
    private const int MostBoundary = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-upload-").FullName;

    private ReceivedFile()
    {
    }

    public string Path => System.IO.Path.Combine(_folder, "clip");

    /// <summary>Its first bytes.</summary>
    public byte[] Head { get; private set; } = [];

    /// <summary>Receives the body, or the first part of a form that is a file.</summary>
    /// <param name="request">Any content type.</param>
    /// <param name="options">How large, and how long it may take.</param>
    /// <param name="headSize">How much of its beginning to keep in <see cref="Head"/>.</param>
    /// <param name="cancellation">The sender is gone.</param>
    /// <exception cref="ProblemException">It is too large, too slow, empty or no form.</exception>
    public static async Task<ReceivedFile> ReceiveAsync(HttpRequest request, ServeOptions options, int headSize, CancellationToken cancellation)
    {
        if (request.ContentLength > options.MaxBody)
            throw TooLarge(options, $"{request.ContentLength} bytes");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;    // ours is counted below
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(options.ReceiveTime);
        var received = new ReceivedFile();
        try
        {
            Stream body = await BodyAsync(request, time.Token);
            await received.CopyAsync(body, options, headSize, time.Token);
            return received;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            received.Dispose();
            throw new ProblemException(StatusCodes.Status408RequestTimeout, "receive", $"the clip did not arrive within {options.ReceiveTime.TotalSeconds} s.");
        }
        catch
        {
            received.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<Stream> BodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return request.Body;
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= MostBoundary })
            throw ProblemException.BadRequest("the form has no boundary, or too long a one.", request.ContentType, "multipart/form-data; boundary=…");
        var reader = new MultipartReader(boundary, request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
            {
                if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? part) && part.IsFileDisposition())
                    return section.Body;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw ProblemException.BadRequest($"the form cannot be read: {e.Message}");
        }
        throw ProblemException.BadRequest("the form has no part with a file.", null, "a part 'clip' with a file name");
    }

    private async Task CopyAsync(Stream body, ServeOptions options, int headSize, CancellationToken cancellation)
    {
        await using FileStream file = File.Create(Path);
        var buffer = new byte[1 << 16];
        long total = 0;
        while (await body.ReadAsync(buffer, cancellation) is > 0 and int count)
        {
            if (Head.Length < headSize)
                Head = [.. Head, .. buffer.AsSpan(0, Math.Min(count, headSize - Head.Length))];
            total += count;
            if (total > options.MaxBody)
                throw TooLarge(options, $"more than {options.MaxBody} bytes");
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        if (total == 0)
            throw ProblemException.BadRequest("the body is empty; send a clip.", "0 bytes", "a clip");
    }

    private static ProblemException TooLarge(ServeOptions options, string found) =>
        new(StatusCodes.Status413PayloadTooLarge, "body", $"the body is too large: at most {options.MaxBody} bytes are read; cut the clip, or encode it smaller.", found, $"at most {options.MaxBody} bytes");
}
