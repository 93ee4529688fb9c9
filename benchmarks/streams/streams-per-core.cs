// Finds how many streams at real time one core holds: starts `twitch serve` on that core alone, its ffmpegs with it, and raises the number of sessions
// until frames are dropped, streams fall behind, or p95 from the newest frame to the first token passes a bound. Each session comments every second.
//
//   dotnet run benchmarks/streams/streams-per-core.cs -- --twitch app/twitch --bundle B --video stream.mp4 --core 1 --seconds 60 --p95 100
//
// --streams N measures that many and no other.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

Dictionary<string, string> given = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
string Text(string name, string usual) => given.GetValueOrDefault("--" + name, usual);
int Number(string name, int usual) => int.Parse(Text(name, usual.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

const double LeastSeen = 0.98;    // share of the time that a stream that keeps up brings, cut at whole seconds
string twitch = Text("twitch", "app/twitch"), bundle = Text("bundle", "out/demo/bundle"), video = Path.GetFullPath(Text("video", "samples/stream.mp4")), core = Text("core", "1");
int port = Number("port", 18088), seconds = Number("seconds", 60), settle = Number("settle", 15), bound = Number("p95", 100), only = Number("streams", 0);

var start = new ProcessStartInfo("taskset",
    ["-c", core, twitch, "serve", "--bundle", bundle, "--port", $"{port}", "--media", Path.GetDirectoryName(video)!, "--max-sessions", "1000", "--batch", "256"]) { RedirectStandardError = true };
using Process server = Process.Start(start)!;
try
{
    string? serving = await server.StandardError.ReadLineAsync();
    if (serving?.StartsWith("serving ", StringComparison.Ordinal) != true)
        throw new InvalidOperationException($"the server does not start: {serving}");
    _ = server.StandardError.ReadToEndAsync();
    using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };

    Console.WriteLine($"core {core}, {video}, {seconds} s each after {settle} s");
    Console.WriteLine("| streams | kept up | s dropped | first token p95 ms | core busy | ms of work per s of stream: ffmpeg | pictures | features | encode | decode |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    if (only > 0)
    {
        await Holds(client, only);
        return 0;
    }
    int held = 0, broken = 1;
    while (await Holds(client, broken))
        (held, broken) = (broken, broken * 2);
    while (broken - held > Math.Max(1, held / 16))
    {
        int middle = (held + broken) / 2;
        if (await Holds(client, middle))
            held = middle;
        else
            broken = middle;
    }
    Console.WriteLine($"\nheld: {held}; not held: {broken}");
    return 0;
}
finally
{
    server.Kill();
    await server.WaitForExitAsync();
}

async Task<bool> Holds(HttpClient client, int streams)
{
    var ids = new List<string>();
    for (int i = 0; i < streams; i++)
    {
        using HttpResponseMessage made = await client.PostAsync("/v1/sessions", new StringContent($$"""{"source": "{{Path.GetFileName(video)}}", "every": 1, "loop": true}""", null, "application/json"));
        ids.Add(Parse(await made.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).GetProperty("id").GetString()!);
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(0.5, 10.0 / streams)));    // their seconds fall beside each other, as those of strangers do
    }
    await Task.Delay(TimeSpan.FromSeconds(settle));
    Sample before = await Look(client, ids);
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    Sample after = await Look(client, ids);
    foreach (string id in ids)
        (await client.DeleteAsync($"/v1/sessions/{id}")).Dispose();

    double elapsed = Stopwatch.GetElapsedTime(before.Time, after.Time).TotalSeconds, seen = after.Seconds - before.Seconds, kept = seen / (streams * elapsed);
    double dropped = after.Dropped - before.Dropped, p95 = P95(before.FirstToken, after.FirstToken) * 1000, busy = (after.Busy - before.Busy) / elapsed;
    string work = string.Join(" | ", before.Work.Zip(after.Work, (from, to) => string.Create(CultureInfo.InvariantCulture, $"{(to - from) * 1000 / seen:0.00}")));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {streams} | {Math.Min(1, kept):P1} | {dropped} | {(double.IsFinite(p95) ? $"≤ {p95:0}" : "> 10000")} | {busy:P0} | {work} |"));
    return dropped == 0 && kept >= LeastSeen && p95 <= bound;
}

async Task<Sample> Look(HttpClient client, List<string> ids)
{
    var sample = new Sample { Time = Stopwatch.GetTimestamp(), Busy = CoreBusy() };
    foreach (JsonElement session in Parse(await client.GetStringAsync("/v1/sessions")).GetProperty("sessions").EnumerateArray().Where(session => ids.Contains(session.GetProperty("id").GetString()!)))
    {
        JsonElement statistics = session.GetProperty("statistics"), work = statistics.GetProperty("work");
        sample.Seconds += statistics.GetProperty("seconds").GetDouble();
        sample.Dropped += statistics.GetProperty("dropped_seconds").GetDouble();
        foreach ((int index, string name) in ((string[])["reading", "pictures", "features", "encoding", "decoding"]).Index())
            sample.Work[index] += work.GetProperty(name).GetDouble();
    }
    foreach (string line in (await client.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("twitch_first_token_duration_seconds_bucket", StringComparison.Ordinal)))
    {
        string le = line.Split("le=\"")[1].Split('"')[0];
        sample.FirstToken[le == "+Inf" ? double.PositiveInfinity : double.Parse(le, CultureInfo.InvariantCulture)] = double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }
    return sample;
}

static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

// The upper end of the bucket in which 95 of 100 lie.
static double P95(SortedDictionary<double, double> before, SortedDictionary<double, double> after)
{
    double all = after.Count == 0 ? 0 : after.Last().Value - before.GetValueOrDefault(after.Last().Key);
    return all == 0 ? double.PositiveInfinity : after.First(bucket => bucket.Value - before.GetValueOrDefault(bucket.Key) >= 0.95 * all).Key;
}

// Seconds that the core worked, whoever it worked for.
double CoreBusy()
{
    double[] ticks = [.. File.ReadLines("/proc/stat").First(line => line.StartsWith($"cpu{core} ", StringComparison.Ordinal)).Split(' ')[1..].Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
    return (ticks.Sum() - ticks[3] - ticks[4]) / 100;    // without idle and waiting for disks; 100 ticks a second
}

internal sealed class Sample
{
    public long Time { get; init; }

    public double Busy { get; init; }

    public double Seconds { get; set; }

    public double Dropped { get; set; }

    /// <summary>Seconds of reading, pictures, features, encoding, decoding.</summary>
    public double[] Work { get; } = new double[5];

    /// <summary>Comments by the upper end of their bucket in seconds, cumulative.</summary>
    public SortedDictionary<double, double> FirstToken { get; } = [];
}
