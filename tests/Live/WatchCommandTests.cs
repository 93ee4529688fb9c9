using System.Diagnostics;
using System.Text.Json;
using Twitch.Runtime.Tests;

namespace Twitch.Live.Tests;

/// <summary><c>twitch watch</c>, in this process and as a program.</summary>
public class WatchCommandTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>
{
    private readonly string _bundle = files.Bundle.Folder, _video = files.Recording.Path;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watching_a_file_says_what_generate_says_of_it()
    {
        (int generated, string expected, _) = await Run("generate", "--bundle", _bundle, "--video", _video, "--every", "4", "--seed", "3");

        (int watched, string output, string error) = await Run("watch", _video, "--bundle", _bundle, "--every", "4", "--seed", "3");

        Assert.Equal((0, 0), (generated, watched));
        Assert.Equal(expected, output);
        Assert.StartsWith("25 s seen, 6 comments, 0 s dropped, 0 reconnects, ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("srt", "1\n00:00:10,000 --> 00:00:15,000\n")]
    [InlineData("vtt", "WEBVTT\n\n00:00:10.000 --> 00:00:15.000\n")]
    [InlineData("txt", "[0:00:10] ")]
    [InlineData("jsonl", "{\"time\":10,")]
    public async Task Comments_are_kept_as_generate_writes_them(string ending, string start)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("saved-").FullName, "said." + ending);
        string format = ending == "txt" ? "text" : ending;
        (_, string expected, _) = await Run("generate", "--bundle", _bundle, "--video", _video, "--every", "10", "--seed", "3", "--format", format);

        (int exitCode, string output, _) = await Run("watch", _video, "--bundle", _bundle, "--every", "10", "--seed", "3", "--save", path);
        (int again, _, string error) = await Run("watch", _video, "--bundle", _bundle, "--every", "10", "--save", path);

        Assert.Equal((0, 1), (exitCode, again));
        Assert.Equal(expected, await File.ReadAllTextAsync(path, Cancellation));
        Assert.StartsWith(start, expected, StringComparison.Ordinal);
        Assert.Equal(2, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("it is there already and is kept", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_are_kept_for_TwitchDownloader_while_the_stream_is_watched()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("saved-").FullName, "said.json");

        (int exitCode, string output, _) = await Run("watch", _video, "--bundle", _bundle, "--every", "10", "--save", path);

        JsonElement comments = JsonDocument.Parse(await File.ReadAllTextAsync(path, Cancellation)).RootElement.GetProperty("comments");
        Assert.Equal(0, exitCode);
        Assert.Equal([10, 20], comments.EnumerateArray().Select(comment => comment.GetProperty("content_offset_seconds").GetDouble()));
        Assert.All(comments.EnumerateArray(), comment => Assert.Contains(comment.GetProperty("message").GetProperty("body").GetString()!, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_lines_hold_the_comments_their_seeds_and_what_happens()
    {
        (int exitCode, string output, _) = await Run("watch", _video, "--bundle", _bundle, "--every", "10", "--json", "--tokens");

        JsonElement[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(0, exitCode);
        Assert.Equal("connected", lines[0].GetProperty("event").GetString());
        Assert.Equal("ended", lines[^1].GetProperty("event").GetString());
        JsonElement[] comments = [.. lines.Where(line => line.GetProperty("event").GetString() == "comment")];
        Assert.Equal([10, 20], comments.Select(line => line.GetProperty("time").GetDouble()));
        foreach (JsonElement comment in comments)
        {
            IEnumerable<string?> words = lines.Where(line => line.GetProperty("event").GetString() == "token" && line.GetProperty("comment").GetInt64() == comment.GetProperty("comment").GetInt64())
                .Select(line => line.GetProperty("text").GetString());
            Assert.Equal(comment.GetProperty("text").GetString(), string.Concat(words));
            Assert.True(comment.GetProperty("first_token_ms").GetDouble() > 0);
        }
    }

    [Theory]
    [InlineData(4, "http://127.0.0.1:9/x: ", "watch", "http://u:secret@127.0.0.1:9/x")]
    [InlineData(3, "no-such-file: ", "watch", "no-such-file")]
    [InlineData(2, "--every is 0.5 s", "watch", "http://127.0.0.1:9/x", "--every", "0.5")]
    [InlineData(2, "http://127.0.0.1:9/x: --realtime and --loop are for files", "watch", "http://127.0.0.1:9/x", "--realtime")]
    [InlineData(2, "--save is x.doc; its ending must say the format", "watch", "http://127.0.0.1:9/x", "--save", "x.doc")]
    [InlineData(2, "--save-format needs --save", "watch", "http://127.0.0.1:9/x", "--save-format", "srt")]
    [InlineData(2, "--tokens needs --json", "watch", "http://127.0.0.1:9/x", "--tokens")]
    [InlineData(2, "--post-approve reads its answers from stdin, which is the source here", "watch", "-", "--post", "chan", "--post-approve")]
    public async Task Errors_have_their_exit_codes(int expected, string message, params string[] args)
    {
        (int exitCode, string output, string error) = await Run([.. args, "--bundle", _bundle]);

        Assert.Equal(expected, exitCode);
        Assert.Empty(output);
        Assert.Contains($"error: {message}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_at_the_terminal_approves_what_is_posted()
    {
        using var said = new SaidLines();
        using var answers = new Answers(said, "y", "n");

        int exitCode = await CommandLine.RunAsync(
            ["watch", _video, "--bundle", _bundle, "--every", "1", "--realtime", "--loop", "--post", "chan", "--post-approve"], TextWriter.Null, said, () => answers, answers.Last.Token);

        Assert.Equal(130, exitCode);
        string posted = Assert.Single(said.Lines, line => line.StartsWith("would post to #chan: ", StringComparison.Ordinal))["would post to #chan: ".Length..];
        Assert.Contains($"post \"{posted}\"? y/n", said.Lines);
        Assert.Single(said.Lines, line => line.StartsWith("1 of ", StringComparison.Ordinal) && line.Contains("comments posted, 1 rejected", StringComparison.Ordinal));
    }

    // Types each answer when it is asked, and interrupts after the last.
    private sealed class Answers(SaidLines said, params string[] answers) : TextReader
    {
        private int _next;

        public CancellationTokenSource Last { get; } = new();

        public override string? ReadLine()
        {
            if (_next == answers.Length)
            {
                while (!said.Any("would post "))
                    Thread.Yield();
                Last.Cancel();
                return null;
            }
            said.UntilAsync("post ").GetAwaiter().GetResult();
            return answers[_next++];
        }

        protected override void Dispose(bool disposing)
        {
            Last.Dispose();
            base.Dispose(disposing);
        }
    }

    [Fact]
    public async Task Stdin_is_watched_to_its_end()
    {
        using Process twitch = Start("watch", "-", "--bundle", _bundle, "--every", "5", "--buffer", "60");
        using (Process remux = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", _video, "-c", "copy", "-f", "mpegts", "pipe:1"]) { RedirectStandardOutput = true })!)
        {
            await remux.StandardOutput.BaseStream.CopyToAsync(twitch.StandardInput.BaseStream, Cancellation);
            twitch.StandardInput.Close();
        }

        string output = await twitch.StandardOutput.ReadToEndAsync(Cancellation);
        await twitch.WaitForExitAsync(Cancellation);

        Assert.Equal(0, twitch.ExitCode);
        Assert.Equal(["[0:00:05]", "[0:00:10]", "[0:00:15]", "[0:00:20]"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..9]));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task However_it_ends_its_ffmpeg_does_too(string signal, int expected)
    {
        using Process twitch = Start("watch", _video, "--bundle", _bundle, "--every", "1", "--realtime", "--loop");
        await twitch.StandardOutput.ReadLineAsync(Cancellation);
        int ffmpeg = Assert.Single(Children(twitch.Id));

        using (Process kill = Process.Start("kill", [$"-{signal}", $"{twitch.Id}"]))
            await kill.WaitForExitAsync(Cancellation);
        string error = await twitch.StandardError.ReadToEndAsync(Cancellation);
        await twitch.WaitForExitAsync(Cancellation);

        Assert.Equal(expected, twitch.ExitCode);
        if (signal == "INT")
            Assert.Matches(@"^\d+ s seen, \d+ comments, 0 s dropped, 0 reconnects, \d\.\d\d x real time", error);
        for (var waited = Stopwatch.StartNew(); IsRunning(ffmpeg) && waited.Elapsed < TimeSpan.FromSeconds(10);)
            await Task.Yield();
        Assert.False(IsRunning(ffmpeg), "ffmpeg still runs");
    }

    // Of all its threads: one starts the programs.
    private static IEnumerable<int> Children(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse);

    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Process Start(params string[] args) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "twitch"), args)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandLine.RunAsync(args, output, error, Cancellation);
        return (exitCode, output.ToString(), error.ToString());
    }
}
