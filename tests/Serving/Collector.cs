using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Twitch.Serving.Tests;

/// <summary>An OpenTelemetry collector on loopback that keeps what it is sent: over gRPC, or over HTTP with protobuf bodies.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private const int GrpcPrefix = 5;    // a flag and the length of the message

    private readonly WebApplication _app;

    private Collector(bool grpc)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _app = builder.Build();
        _app.Run(grpc ? TakeGrpcAsync : TakeHttpAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Messages by the path that they came to.</summary>
    public ConcurrentQueue<(string Path, byte[] Message)> Received { get; } = [];

    public static async Task<Collector> StartAsync(bool grpc)
    {
        var collector = new Collector(grpc);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Texts at a path of field numbers in all messages that came to a place.</summary>
    public IReadOnlySet<string> Texts(string place, params int[] fields) =>
        Received.Where(got => got.Path == place).SelectMany(got => Find(got.Message, fields)).Select(text => Encoding.UTF8.GetString(text.Span)).ToHashSet();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeHttpAsync(HttpContext context)
    {
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        Received.Enqueue((context.Request.Path, await BodyAsync(context)));
        context.Response.ContentType = "application/x-protobuf";
    }

    private async Task TakeGrpcAsync(HttpContext context)
    {
        Assert.Equal("application/grpc", context.Request.ContentType);
        byte[] body = await BodyAsync(context);
        Assert.Equal(body.Length - GrpcPrefix, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)));
        Received.Enqueue((context.Request.Path, body[GrpcPrefix..]));
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(new byte[GrpcPrefix]);    // an empty message
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    // Protobuf: a field is a varint of number and type, then its value; only fields with a length have fields of their own.
    private static List<ReadOnlyMemory<byte>> Find(ReadOnlyMemory<byte> message, params int[] fields)
    {
        if (fields.Length == 0)
            return [message];
        var found = new List<ReadOnlyMemory<byte>>();
        while (message.Length > 0)
        {
            int key = (int)Varint(ref message);
            int length = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(ref message),
                5 => 4,
                int other => throw new InvalidDataException($"wire type {other}"),
            };
            if ((key & 7) == 0)
                Varint(ref message);
            else if ((key & 7) == 2 && key >> 3 == fields[0])
                found.AddRange(Find(message[..length], fields[1..]));
            message = message[length..];
        }
        return found;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = message.Span[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
