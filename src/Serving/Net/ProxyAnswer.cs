using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Twitch.Media;

namespace Twitch.Serving.Net;

/// <summary>What a server answered, as ffmpeg gets it: https addresses are marked (<see cref="HttpsMark"/>) in a redirect and in an HLS playlist, and all else is
/// as it came, when it came.</summary>
/// <param name="response">The answer, of which the head has been read.</param>
/// <param name="target">Who gave it.</param>
internal sealed partial class ProxyAnswer(HttpResponseMessage response, Uri target)
{
    private const int LongestLine = 64 << 10, BufferSize = 64 << 10;

    private static ReadOnlySpan<byte> Playlist => "#EXTM3U"u8;    // what makes ffmpeg read it as one

    private bool IsHttps => target.Scheme == Uri.UriSchemeHttps;

    /// <summary>Writes it all.</summary>
    /// <exception cref="IOException">One of the two is gone.</exception>
    public async Task WriteAsync(Stream client, CancellationToken cancellation)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        bool isPacked = response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentEncoding is { Count: 1 } coding && coding.First() is "gzip" or "x-gzip";
        PipeReader reader = PipeReader.Create(isPacked ? new GZipStream(body, CompressionMode.Decompress) : body, new StreamPipeReaderOptions(bufferSize: BufferSize));
        ReadResult begin = await reader.ReadAtLeastAsync(Playlist.Length, cancellation);
        bool isPlaylist = IsPlaylist(begin.Buffer);
        reader.AdvanceTo(begin.Buffer.Start);

        await client.WriteAsync(Head(isPlaylist, isPacked), cancellation);
        if (isPlaylist)
            await WriteMarkedAsync(reader, client, cancellation);
        else
            await reader.CopyToAsync(client, cancellation);
    }

    private static bool IsPlaylist(ReadOnlySequence<byte> begin)
    {
        Span<byte> first = stackalloc byte[Playlist.Length];
        if (begin.Length < first.Length)
            return false;
        begin.Slice(0, first.Length).CopyTo(first);
        return first.SequenceEqual(Playlist);
    }

    private byte[] Head(bool isPlaylist, bool isPacked)
    {
        // A playlist whose addresses are longer has another length, and no parts.
        HttpStatusCode status = isPlaylist && response.StatusCode == HttpStatusCode.PartialContent ? HttpStatusCode.OK : response.StatusCode;
        var head = new StringBuilder($"HTTP/1.1 {(int)status} {(status == response.StatusCode ? response.ReasonPhrase : "OK")}\r\n");
        foreach ((string name, HeaderStringValues values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            string key = name.ToUpperInvariant();
            if (ProxyRequest.IsOfConnection(name) || (isPacked && key is "CONTENT-ENCODING" or "CONTENT-LENGTH") || (isPlaylist && key is "CONTENT-LENGTH" or "CONTENT-RANGE" or "ACCEPT-RANGES"))
                continue;
            foreach (string value in values)
                head.Append(name).Append(": ").Append(key switch { "LOCATION" => HttpsMark.PutInPlaylist(value, IsHttps), "SET-COOKIE" when IsHttps => Domain().Replace(value, $"$0{HttpsMark.Name}"), _ => value }).Append("\r\n");
        }
        return Encoding.Latin1.GetBytes(head.Append("Connection: close\r\n\r\n").ToString());
    }

    private async Task WriteMarkedAsync(PipeReader reader, Stream client, CancellationToken cancellation)
    {
        var marked = new ArrayBufferWriter<byte>();
        for (bool ended = false; !ended;)
        {
            ReadResult read = await reader.ReadAsync(cancellation);
            ended = read.IsCompleted;
            ReadOnlySequence<byte> rest = read.Buffer;
            SequencePosition end = ended ? rest.End : AfterLastLine(rest);
            if (end.Equals(rest.Start) && rest.Length > LongestLine)
                end = rest.End;
            Encoding.Latin1.GetBytes(HttpsMark.PutInPlaylist(Encoding.Latin1.GetString(rest.Slice(rest.Start, end)), IsHttps), marked);
            reader.AdvanceTo(end, rest.End);
            await client.WriteAsync(marked.WrittenMemory, cancellation);
            marked.ResetWrittenCount();
        }
    }

    private static SequencePosition AfterLastLine(ReadOnlySequence<byte> text)
    {
        SequencePosition end = text.Start;
        while (text.PositionOf((byte)'\n') is { } line)
        {
            end = text.GetPosition(1, line);
            text = text.Slice(end);
        }
        return end;
    }

    [GeneratedRegex(@"(?<=;)\s*domain=[^;\s]+", RegexOptions.IgnoreCase)]
    private static partial Regex Domain();
}
