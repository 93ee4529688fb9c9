using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Twitch.Web.Tests;

/// <summary>Stands for the picture servers: answers every request with one picture.</summary>
internal sealed class PictureServer : HttpMessageHandler
{
    /// <summary>28 × 28 pixels, a violet disc.</summary>
    public static byte[] Png { get; } = Pictures.Disc(28, 167, 139, 250);

    /// <summary>Pictures of some addresses; the others have <see cref="Content"/>.</summary>
    public ConcurrentDictionary<string, byte[]> Contents { get; } = new();

    public byte[] Content { get; set; } = Png;

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public ConcurrentDictionary<string, string> Redirects { get; } = new();

    public ConcurrentQueue<string> Missing { get; } = [];

    public ConcurrentQueue<string> Asked { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string address = request.RequestUri!.AbsoluteUri;
        Asked.Enqueue(address);
        if (Redirects.TryGetValue(address, out string? location))
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri(location) } });
        return Task.FromResult(new HttpResponseMessage(Missing.Contains(address) ? HttpStatusCode.NotFound : Status) { Content = new ByteArrayContent(Contents.GetValueOrDefault(address, Content)) });
    }
}

/// <summary>A file of emotes that goes away.</summary>
internal sealed class EmoteFile : IDisposable
{
    public EmoteFile(IReadOnlyDictionary<string, string> emotes) => File.WriteAllText(Path, JsonSerializer.Serialize(emotes));

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
