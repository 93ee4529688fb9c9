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
            throw TooLarge(options.MaxBody, $"{request.ContentLength} bytes");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;    // ours is counted as it is read
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(options.ReceiveTime);
        var received = new ReceivedFile();
        try
        {
            await received.CopyAsync(await PartAsync(request, new LimitedBody(request.Body, options.MaxBody), time.Token), headSize, time.Token);
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

    // The whole body, or the form's first part that is a file.
    private static async Task<Stream> PartAsync(HttpRequest request, Stream body, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return body;
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= MostBoundary })
            throw ProblemException.BadRequest("the form has no boundary, or too long a one.", request.ContentType, "multipart/form-data; boundary=…");
        var reader = new MultipartReader(boundary, body);
        while (await OfSender(reader.ReadNextSectionAsync(cancellation)) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? part) && part.IsFileDisposition())
                return section.Body;
        }
        throw ProblemException.BadRequest("the form has no part with a file.", null, "a part 'clip' with a file name");
    }

    private async Task CopyAsync(Stream body, int headSize, CancellationToken cancellation)
    {
        await using FileStream file = File.Create(Path);
        var buffer = new byte[1 << 16];
        long total = 0;
        while (await OfSender(body.ReadAsync(buffer, cancellation).AsTask()) is > 0 and int count)
        {
            if (Head.Length < headSize)
                Head = [.. Head, .. buffer.AsSpan(0, Math.Min(count, headSize - Head.Length))];
            total += count;
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        if (total == 0)
            throw ProblemException.BadRequest("the body is empty; send a clip.", "0 bytes", "a clip");
    }

    // A body that breaks off, or is no form within, is the sender's mistake; the server's own files are not read or written here.
    private static async Task<T> OfSender<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (e is IOException and not BadHttpRequestException or InvalidDataException)
        {
            throw ProblemException.BadRequest($"the body cannot be read: {e.Message}");
        }
    }

    private static ProblemException TooLarge(long most, string found) =>
        new(StatusCodes.Status413PayloadTooLarge, "body", $"the body is too large: at most {most} bytes are read; cut the clip, or encode it smaller.", found, $"at most {most} bytes");

    /// <summary>A body of which every byte counts, those of a form's other parts too.</summary>
    private sealed class LimitedBody(Stream body, long most) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await body.ReadAsync(buffer, cancellationToken);
            _read += count;
            return _read <= most ? count : throw TooLarge(most, $"more than {most} bytes");
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
