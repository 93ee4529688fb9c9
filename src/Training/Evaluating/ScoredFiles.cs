using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>A line of a candidate file.</summary>
/// <param name="Id">Any name or number; comes back with the scores.</param>
/// <param name="Time">The moment, in seconds since the start of the recording.</param>
/// <param name="Candidates">Comments to be scored.</param>
/// <param name="Truth">Index of what was said, if it is known.</param>
/// <param name="Kinds">Kind of each candidate, if it is known.</param>
/// <param name="Recording">Index of the recording, from 0 in the order of <c>--video</c>.</param>
internal sealed record CandidateLine(JsonElement Id, double Time, IReadOnlyList<string> Candidates, int? Truth = null, IReadOnlyList<CandidateKind>? Kinds = null, int Recording = 0);

/// <summary>A line of a score file.</summary>
/// <param name="Id">As it was given.</param>
/// <param name="Scores">ln p of each candidate.</param>
internal sealed record ScoreLine(JsonElement Id, double[] Scores);

/// <summary>A line of a message file.</summary>
/// <param name="Id">Any name or number.</param>
/// <param name="Time">The moment, in seconds since the start of the recording.</param>
/// <param name="Text">The comment.</param>
/// <param name="Recording">Index of the recording, from 0 in the order of <c>--video</c>.</param>
internal sealed record MessageLine(JsonElement Id, double Time, string Text, int Recording = 0);

/// <summary>A line of a file of scored messages.</summary>
/// <param name="Id">As it was given.</param>
/// <param name="LogProbability">ln p of the whole comment with <c>&lt;EOS&gt;</c>; <c>logp</c>.</param>
/// <param name="Tokens">Its words and <c>&lt;EOS&gt;</c>.</param>
internal sealed record ScoredMessageLine(JsonElement Id, [property: JsonPropertyName("logp")] double LogProbability, int Tokens);

/// <summary>Reads and writes the files that are scored.</summary>
/// <param name="config">Length of a window.</param>
/// <param name="streams">The recordings.</param>
internal sealed class ScoredFiles(ModelConfig config, IReadOnlyList<IPreparedStream> streams)
{
    /// <summary>Reads <c>{"id", "time", "candidates", "truth"?, "kinds"?, "recording"?}</c> lines.</summary>
    /// <exception cref="TwitchException">A line cannot be used; the message names it.</exception>
    public IReadOnlyList<(JsonElement Id, CandidateSet Set)> Candidates(string path) => JsonLinesFile.Read(path, ScoredJson.Readable.CandidateLine, line =>
    {
        if (line.Candidates.Count == 0 || line.Candidates.Any(text => text is null))
            throw new FormatException("\"candidates\" must hold texts, at least one");
        if (line.Truth is int truth && (truth < 0 || truth >= line.Candidates.Count))
            throw new FormatException($"\"truth\" is {truth}; it must be an index of the {line.Candidates.Count} candidates, in [0, {line.Candidates.Count - 1}]");
        if (line.Kinds is not null && line.Kinds.Count != line.Candidates.Count)
            throw new FormatException($"\"kinds\" has {line.Kinds.Count} entries for {line.Candidates.Count} candidates; give one each, or leave it out");
        (TimeSpan time, ClipWindow window) = Window(line.Time, line.Recording);
        return (Known(line.Id), new CandidateSet(line.Recording, time, window, line.Candidates, line.Truth, line.Kinds));
    });

    /// <summary>Reads <c>{"id", "time", "text", "recording"?}</c> lines.</summary>
    /// <exception cref="TwitchException">A line cannot be used; the message names it.</exception>
    public IReadOnlyList<(JsonElement Id, WindowTexts Message)> Messages(string path) => JsonLinesFile.Read(path, ScoredJson.Readable.MessageLine, line =>
    {
        (TimeSpan time, ClipWindow window) = Window(line.Time, line.Recording);
        return (Known(line.Id), new WindowTexts(line.Recording, window, [line.Text], time));
    });

    /// <summary>Writes candidates so that they can be read again; their ids are their numbers.</summary>
    public static void Write(string path, IReadOnlyList<CandidateSet> sets) => JsonLinesFile.Write(path, ScoredJson.Readable.CandidateLine, sets.Select((set, i) =>
        new CandidateLine(JsonSerializer.SerializeToElement(i, ScoredJson.Readable.Int32), set.Time.TotalSeconds, set.Texts, set.Truth, set.Kinds, set.Stream)));

    /// <summary>Writes the scores of candidates.</summary>
    public static void WriteScores(string path, IEnumerable<ScoreLine> lines) => JsonLinesFile.Write(path, ScoredJson.Readable.ScoreLine, lines);

    /// <summary>Writes scored messages.</summary>
    public static void WriteMessages(string path, IEnumerable<ScoredMessageLine> lines) => JsonLinesFile.Write(path, ScoredJson.Readable.ScoredMessageLine, lines);

    private static JsonElement Known(JsonElement id) => id.ValueKind is JsonValueKind.String or JsonValueKind.Number
        ? id
        : throw new FormatException("\"id\" must be a text or a number");

    private (TimeSpan Time, ClipWindow Window) Window(double seconds, int recording)
    {
        if (recording < 0 || recording >= streams.Count)
            throw new FormatException($"\"recording\" is {recording}; {streams.Count} recordings are given, so it must be in [0, {streams.Count - 1}]");
        if (!(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
            throw new FormatException($"\"time\" is {seconds}; it must be seconds since the start of the recording, 0 or more");
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        ClipWindow window = ClipWindow.Before(time, config, streams[recording].FrameCount, streams[recording].StepCount);
        return window is { FrameCount: 0, StepCount: 0 }
            ? throw new FormatException($"\"time\" is {seconds}; the recording has nothing in the {config.WindowSeconds} s before, it ends at {streams[recording].FrameCount} s")
            : (time, window);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CandidateLine))]
[JsonSerializable(typeof(ScoreLine))]
[JsonSerializable(typeof(MessageLine))]
[JsonSerializable(typeof(ScoredMessageLine))]
[JsonSerializable(typeof(int))]
internal sealed partial class ScoredJson : JsonSerializerContext
{
    /// <summary>Letters of every script are written as themselves.</summary>
    public static ScoredJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
