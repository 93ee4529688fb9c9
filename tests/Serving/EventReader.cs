using System.Text.Json.Nodes;
using Twitch.Chat.Tests;

namespace Twitch.Serving.Tests;

/// <summary>One event of a stream; a heartbeat has no name.</summary>
internal sealed record ReceivedEvent(string? Id, string Name, string Data)
{
    public JsonNode Json => JsonNode.Parse(Data)!;
}

/// <summary>Reads server-sent events as a browser does.</summary>
internal sealed class EventReader(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<ReceivedEvent?> NextAsync()
    {
        var (id, name, data) = ((string?)null, "", "");
        while (await _reader.ReadLineAsync(Patience.Token) is { } line)
        {
            if (line.Length == 0)
                return new ReceivedEvent(id, name, data);
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string value = line[(colon + 1)..].TrimStart();
            _ = line[..colon] switch
            {
                "id" => id = value,
                "event" => name = value,
                _ => data = value,
            };
        }
        return null;
    }

    /// <summary>Everything up to the first event of a name.</summary>
    public async Task<List<ReceivedEvent>> UntilAsync(string name)
    {
        List<ReceivedEvent> events = [];
        while (await NextAsync() is { } next)
        {
            events.Add(next);
            if (next.Name == name)
                return events;
        }
        throw new InvalidOperationException($"the stream ended without '{name}': {string.Join(", ", events.Select(e => e.Name))}");
    }

    public void Dispose() => _reader.Dispose();
}
