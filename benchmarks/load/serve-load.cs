// Offers a running `twitch serve` more than it takes, and prints what was accepted, how fast, and what it cost.
//
//   twitch serve --bundle B --media samples --max-sessions 4 &
//   dotnet run benchmarks/load/serve-load.cs -- --pid $! --source stream.mp4 --clip clip.mp4 --sessions 16 --clips 8 --seconds 600
//
// First one client of each kind is alone, until every request was sent --samples times (or for --alone seconds): a p99 needs a hundred.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

Dictionary<string, string> given = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
string Text(string name, string usual) => given.GetValueOrDefault("--" + name, usual);
int Number(string name, int usual) => int.Parse(Text(name, usual.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

string url = Text("url", "http://127.0.0.1:8080"), source = Text("source", "stream.mp4");
byte[]? clip = given.TryGetValue("--clip", out string? clipPath) ? File.ReadAllBytes(clipPath) : null;
int pid = Number("pid", 0), sessions = Number("sessions", 32), clips = Number("clips", 0), seconds = Number("seconds", 60), alone = Number("alone", 420), samples = Number("samples", 100);

using var client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(2) };
if (Environment.GetEnvironmentVariable("TWITCH_TOKEN") is { Length: > 0 } token)
    client.DefaultRequestHeaders.Authorization = new("Bearer", token);

Console.WriteLine($"memory before: {Process()}");
Measurement unloaded = await Offer(1, clip is null ? 0 : 1, alone, samples);
Console.WriteLine($"memory after one session{(clip is null ? "" : " and one client with clips")}: {Process()}");
Measurement loaded = await Offer(sessions, clips, seconds, int.MaxValue);
Console.WriteLine($"memory at the end: {Process()}");

Console.WriteLine($"\n| request | alone n | p50 ms | p99 ms | {sessions} sessions, {clips} clips offered: n | p50 ms | p99 ms | p99 ratio |\n|---|---:|---:|---:|---:|---:|---:|---:|");
foreach (string kind in loaded.Times.Keys.Order())
{
    double[] before = unloaded.Of(kind), after = loaded.Of(kind);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {before.Length} | {At(before, 0.5):0.0} | {At(before, 0.99):0.0} | {after.Length} | {At(after, 0.5):0.0} | {At(after, 0.99):0.0} | {At(after, 0.99) / At(before, 0.99):0.0} |"));
}
Console.WriteLine($"\nanswers by status: {string.Join(", ", loaded.Status.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}"))}");

async Task<Measurement> Offer(int sessionClients, int clipClients, int duration, int enough)
{
    var measured = new Measurement();
    using var end = new CancellationTokenSource(TimeSpan.FromSeconds(duration));
    Task watching = Report(measured, duration, enough, end);
    await Task.WhenAll([
        .. Enumerable.Range(0, sessionClients).Select(i => SessionClient(measured, new Random(i), end.Token)),
        .. Enumerable.Range(0, clipClients).Select(i => ClipClient(measured, new Random(1000 + i), end.Token)),
    ]);
    await watching;
    return measured;
}

// Makes a session, listens until it has heard two comments, looks and changes meanwhile, makes another and stops it at once, and stops the first.
async Task SessionClient(Measurement measured, Random random, CancellationToken end)
{
    while (!end.IsCancellationRequested)
    {
        string? id = null;
        try
        {
            id = await Make(measured, end);
            if (id is null)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + random.NextDouble()), end);
                continue;
            }
            var clock = Stopwatch.StartNew();
            using HttpResponseMessage stream = await client.GetAsync($"/v1/sessions/{id}/events", HttpCompletionOption.ResponseHeadersRead, end);
            using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(end));
            for (int heard = 0; heard < 2 && await lines.ReadLineAsync(end) is { } line;)
            {
                if (line != "event: comment")
                    continue;
                heard++;
                if (heard == 1)
                    measured.Add(Measurement.FirstComment, clock.Elapsed);
                await Send(measured, "GET session", HttpMethod.Get, $"/v1/sessions/{id}", null, end);
                await Send(measured, "PATCH sampling", HttpMethod.Patch, $"/v1/sessions/{id}/sampling", """{"temperature": 0.9}""", end);
                await Send(measured, "GET frame", HttpMethod.Get, $"/v1/sessions/{id}/frame", null, end);
                if (await Make(measured, end) is { } other)
                    await Send(measured, "DELETE session", HttpMethod.Delete, $"/v1/sessions/{other}", null, CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (HttpRequestException e)
        {
            measured.Count($"{e.HttpRequestError}");
        }
        finally
        {
            if (id is not null)
                await Send(measured, "DELETE session", HttpMethod.Delete, $"/v1/sessions/{id}", null, CancellationToken.None);
        }
    }
}

// The new session's id; null where no more may run.
async Task<string?> Make(Measurement measured, CancellationToken end)
{
    (int status, string body) = await Send(measured, "POST session", HttpMethod.Post, "/v1/sessions", $$"""{"source": "{{source}}", "every": 1, "loop": true}""", end);
    return status == 201 ? JsonDocument.Parse(body).RootElement.GetProperty("id").GetString() : null;
}

async Task ClipClient(Measurement measured, Random random, CancellationToken end)
{
    while (!end.IsCancellationRequested)
    {
        try
        {
            using HttpResponseMessage answer = await Timed(measured, "POST clip", () => client.PostAsync("/v1/comments?count=3", new ByteArrayContent(clip!), end));
            if (!answer.IsSuccessStatusCode)
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble()), end);
        }
        catch (OperationCanceledException)
        {
        }
        catch (HttpRequestException e)
        {
            measured.Count($"{e.HttpRequestError}");
        }
    }
}

async Task<(int Status, string Body)> Send(Measurement measured, string kind, HttpMethod method, string path, string? json, CancellationToken end)
{
    using HttpResponseMessage answer = await Timed(measured, kind, async () =>
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        return await client.SendAsync(request, end);
    });
    return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(end));
}

async Task<HttpResponseMessage> Timed(Measurement measured, string kind, Func<Task<HttpResponseMessage>> send)
{
    var clock = Stopwatch.StartNew();
    HttpResponseMessage answer = await send();
    if (answer.IsSuccessStatusCode)
        measured.Add(kind, clock.Elapsed);
    measured.Count(answer.IsSuccessStatusCode ? $"{(int)answer.StatusCode}" : $"{(int)answer.StatusCode} {await CodeOf(answer)}");
    return answer;
}

// Tells how it stands, and ends it when there is enough.
async Task Report(Measurement measured, int duration, int enough, CancellationTokenSource end)
{
    try
    {
        for (int second = 1; ; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), end.Token);
            if (second % Math.Max(10, duration / 10) == 0)
                Console.WriteLine($"  {DateTime.UtcNow:HH:mm:ss} {Process()}");
            if (measured.Least >= enough)
                await end.CancelAsync();
        }
    }
    catch (OperationCanceledException)
    {
    }
}

string Process()
{
    if (pid == 0)
        return "unknown (no --pid)";
    Dictionary<string, string> status = File.ReadLines($"/proc/{pid}/status").Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
    return $"{status["VmRSS"]} resident (most {status["VmHWM"]}), {status["Threads"]} threads, {Directory.GetFiles($"/proc/{pid}/fd").Length} handles";
}

// The code of a problem, so that errors are told apart.
static async Task<string> CodeOf(HttpResponseMessage answer)
{
    string body = await answer.Content.ReadAsStringAsync();
    return body.StartsWith('{') && JsonDocument.Parse(body).RootElement.TryGetProperty("code", out JsonElement code) ? code.GetString() ?? "" : "";
}

static double At(double[] ordered, double share) => ordered.Length == 0 ? double.NaN : ordered[(int)Math.Min(ordered.Length - 1, Math.Floor(share * ordered.Length))];

internal sealed class Measurement
{
    public const string FirstComment = "first comment";

    public ConcurrentDictionary<string, ConcurrentBag<double>> Times { get; } = new();

    public ConcurrentDictionary<string, int> Status { get; } = new();

    /// <summary>How often the request was answered that was answered least; a session's first comment is none.</summary>
    public int Least => Times.Count < 6 ? 0 : Times.Where(kind => kind.Key != FirstComment).Min(kind => kind.Value.Count);

    public void Add(string kind, TimeSpan time) => Times.GetOrAdd(kind, _ => []).Add(time.TotalMilliseconds);

    public void Count(string status) => Status.AddOrUpdate(status, 1, (_, count) => count + 1);

    public double[] Of(string kind) => Times.TryGetValue(kind, out ConcurrentBag<double>? times) ? [.. times.Order()] : [];
}
