using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Twitch.Web.Tests;

/// <summary>One session of <see cref="FakeTwitch"/>: its comments, its events, and who reads them.</summary>
internal sealed class FakeSession(string id, string source, string approval)
{
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _events = [];
    private readonly List<Channel<string>> _readers = [];
    private TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    public string Approval { get; set; } = approval;

    public string State { get; set; } = "watching";

    public string? Error { get; set; }

    /// <summary>Whether its comments are posted; null where the server posts nowhere.</summary>
    public bool? Post { get; set; }

    public byte[]? Frame { get; set; }

    public byte[]? Mel { get; set; }

    public List<JsonObject> Comments { get; } = [];

    public JsonObject Sampling { get; } = new()
    {
        ["temperature"] = 0.8, ["top_k"] = 5, ["top_p"] = 1, ["min_p"] = 0, ["repetition_penalty"] = 1, ["no_repeat_ngram"] = 0,
        ["min_length"] = 1, ["max_length"] = 20, ["seed"] = 0,
    };

    public JsonObject Statistics { get; } = new()
    {
        ["seconds"] = 61.0, ["comments"] = 6, ["tokens"] = 31, ["dropped_seconds"] = 0, ["waiting_seconds"] = 0, ["reconnects"] = 0, ["sound_drift_ms"] = 1.2, ["clock_drift_ms"] = 0.31,
        ["real_time_factor"] = 1.0, ["first_token_ms"] = new JsonObject { ["p50"] = 3.1, ["p95"] = 4.0, ["p99"] = 4.2 },
    };

    /// <summary>A task that ends once somebody has subscribed, since the last drop.</summary>
    public Task Subscribed => _subscribed.Task.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>A task that ends with the next subscription after this call.</summary>
    public Task SubscribedAgain()
    {
        lock (_lock)
            _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Subscribed;
    }

    public JsonObject ToJson() => new JsonObject
    {
        ["id"] = Id, ["source"] = source, ["state"] = State, ["error"] = Error, ["every"] = 10, ["approval"] = Approval, ["sampling"] = Sampling.DeepClone(),
        ["created"] = $"2025-03-10T20:00:{Id.Length:00}Z", ["subscribers"] = _readers.Count, ["last_event"] = _events.Count, ["statistics"] = Statistics.DeepClone(),
    }.With("post", Post);

    /// <summary>Writes a comment, in the state that the session's approval gives it.</summary>
    public int Say(string text, double? time = null, params double[] logprobs)
    {
        int n = Comments.Count + 1;
        var comment = new JsonObject
        {
            ["n"] = n, ["time"] = time ?? n * 10.0, ["at"] = "2025-03-10T20:01:00Z", ["text"] = text, ["state"] = Approval == "auto" ? "auto" : "pending",
            ["tokens"] = new JsonArray(), ["logprobs"] = new JsonArray([.. logprobs.Select(value => (JsonNode)value)]), ["seed"] = "18446744073709551615", ["replayable"] = true,
        };
        Comments.Add(comment);
        Send("comment", comment);
        return n;
    }

    public JsonObject Decide(int n, string state)
    {
        Comments[n - 1]["state"] = state;
        Send("decision", Comments[n - 1]);
        return Comments[n - 1];
    }

    /// <summary>Tells what became of a comment in the channel.</summary>
    public void Posted(int n, string decision, string? detail = null)
    {
        Comments[n - 1]["post"] = new JsonObject { ["decision"] = decision }.With("detail", detail);
        Send("post", Comments[n - 1]);
    }

    public void SendStatus() => Send("status", Status());

    public void Send(string kind, JsonObject data)
    {
        lock (_lock)
        {
            string text = $"id: {_events.Count + 1}\nevent: {kind}\ndata: {data.ToJsonString()}\n\n";
            _events.Add((_events.Count + 1, text));
            foreach (Channel<string> reader in _readers)
                reader.Writer.TryWrite(text);
        }
    }

    public ChannelReader<string> Subscribe(int? lastEvent)
    {
        lock (_lock)
        {
            var reader = Channel.CreateUnbounded<string>();
            reader.Writer.TryWrite($"event: status\ndata: {Status().ToJsonString()}\n\n");
            foreach ((int number, string text) in _events)
            {
                if (number > lastEvent)
                    reader.Writer.TryWrite(text);
            }

            _readers.Add(reader);
            _subscribed.TrySetResult();
            return reader.Reader;
        }
    }

    public void Drop()
    {
        lock (_lock)
        {
            _readers.ForEach(reader => reader.Writer.TryComplete());
            _readers.Clear();
            _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private JsonObject Status() => new() { ["state"] = State, ["statistics"] = Statistics.DeepClone() };
}

internal static class Fields
{
    /// <summary>The object with one field more, unless it has no value: absent means null.</summary>
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
            json[name] = value;
        return json;
    }
}
