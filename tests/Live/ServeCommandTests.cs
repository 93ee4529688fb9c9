using Twitch.Runtime.Tests;

namespace Twitch.Live.Tests;

/// <summary><c>serve</c> as the command line starts and stops it.</summary>
public class ServeCommandTests
{
    [Theory]
    [InlineData("--address 0.0.0.0", "--address is 0.0.0.0, which others reach, and there is no token; give --token-file, or set TWITCH_TOKEN, or listen on 127.0.0.1.")]
    [InlineData("--max-sessions 0", "--max-sessions is 0; it must be in [1, 1000].")]
    [InlineData("--allow-source everything", "--allow-source is 'everything'; it must be a scheme such as https:, a place such as rtmp://ingest.example/app/, camera: or screen:.")]
    [InlineData("--allow-source rtmp:", "--allow-source is 'rtmp:'; name a host, such as rtmp://ingest.example/app/: only http: and https: can be watched without one.")]
    [InlineData("--token-file no-such-file", "no-such-file: the token cannot be read: there is no such file.")]
    [InlineData("--otlp localhost:4317", "--otlp is 'localhost:4317'; it must be an address such as http://localhost:4317.")]
    [InlineData("--otlp http://localhost:4317 --max-sessions 0", "--max-sessions is 0; it must be in [1, 1000].")]
    [InlineData("--otlp collector", "--otlp is 'collector'; it must be an address such as http://localhost:4317.")]
    public async Task Options_that_cannot_be_are_wrong_usage(string options, string expected)
    {
        using TinyBundle bundle = TinyBundle.SeedTiny();
        using var error = new StringWriter();

        int exitCode = await CommandLine.RunAsync(["serve", "--bundle", bundle.Folder, "--port", "0", .. options.Split(' ')], TextWriter.Null, error, TestContext.Current.CancellationToken);

        Assert.Equal(2, exitCode);
        Assert.Equal($"error: {expected}", error.ToString().TrimEnd());
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told_so()
    {
        using TinyBundle bundle = TinyBundle.SeedTiny();
        using var error = new StringWriter();
        string token = Path.GetTempFileName();    // mode 0600
        await File.WriteAllTextAsync(token, "0123456789abcdef0123", TestContext.Current.CancellationToken);

        int exitCode = await CommandLine.RunAsync(["serve", "--bundle", bundle.Folder, "--address", "192.0.2.1", "--port", "8123", "--token-file", token], TextWriter.Null, error, TestContext.Current.CancellationToken);
        File.Delete(token);

        Assert.Equal(1, exitCode);
        Assert.Matches(@"^error: --address 192\.0\.2\.1 --port 8123: cannot listen there: [^\n]*; give an address of this machine and a port that is free\.\n$", error.ToString());
    }

    [Fact]
    public async Task Ctrl_C_ends_event_streams_and_the_program()
    {
        using TinyBundle bundle = TinyBundle.SeedTiny();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var said = new SaidLines();
        Task<int> running = CommandLine.RunAsync(["serve", "--bundle", bundle.Folder, "--port", "0", "--allow-source", "http://127.0.0.1:9/"], TextWriter.Null, said, stop.Token);
        string line = await said.UntilAsync("serving ");
        using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[3].TrimEnd(';', ',')) };
        using HttpResponseMessage made = await client.PostAsync("/v1/sessions", new StringContent("""{"source": "http://127.0.0.1:9/x"}""", null, "application/json"), stop.Token);
        using Stream events = await client.GetStreamAsync(made.Headers.Location + "/events", stop.Token);

        await stop.CancelAsync();
        int exitCode = await running;
        using var reader = new StreamReader(events);

        Assert.Equal(201, (int)made.StatusCode);
        Assert.Contains("event: status", await reader.ReadToEndAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal(130, exitCode);
    }
}
