namespace Twitch.Training.Tests.Chat;

public sealed class ChatCommandTests
{
    [Fact]
    public async Task A_log_is_summed_up_without_a_recording()
    {
        string log = await Written(string.Concat(Enumerable.Range(0, 600).Select(i => $"[{Logs.Clock(i < 300 ? i : 300 + i % 60)}] person{i % 7}: so {(i % 2 == 0 ? "good" : "bad")}\n")));

        (int exitCode, string[] lines, string errors) = await Run("chat", log, "--length", "0:20:00");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.EndsWith("600 lines read, 600 comments by 7 people kept", lines[0], StringComparison.Ordinal);
        Assert.Contains("words: 1,200, 3 different", lines);
        Assert.Contains("times: 0:00:00 to 0:05:59, 100.3 comments a minute", lines);
        Assert.Contains("comments per minute, at most 300:", lines);
        Assert.Contains("  ▂▂▂▂▂█", lines);
        Assert.Contains(lines, line => line.Contains("the recording goes on to 0:20:00", StringComparison.Ordinal));
        Assert.StartsWith("too few by what was measured: some 480", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(627, "too few")]
    [InlineData(628, "enough for an easy stream")]
    [InlineData(2600, "enough by what was measured")]
    public void How_much_is_enough_is_what_was_measured(int kept, string verdict)
    {
        Assert.StartsWith(verdict, Training.Chat.ChatSummary.Verdict(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dates_are_counted_from_the_first_comment()
    {
        string log = await Written("@tmi-sent-ts=1741636805000 :bob!b@b PRIVMSG #c :hi\n@tmi-sent-ts=1741636865000 :amy!a@a PRIVMSG #c :hi\n");

        (int exitCode, string[] lines, _) = await Run("chat", log);

        Assert.Equal(0, exitCode);
        Assert.Contains("times: 0:00:00 to 0:01:00, 2.0 comments a minute", lines);
        Assert.Contains(lines, line => line.Contains("the first 2025-03-10 20:00:05 UTC; they were counted from there. To train on it, say with --stream-start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_log_is_bad_input()
    {
        (int exitCode, string[] lines, string errors) = await Run("chat", await Written("Bob: hi\n"));

        Assert.Equal(3, exitCode);
        Assert.Empty(lines);
        Assert.Contains("resembles TwitchDownloader text", errors, StringComparison.Ordinal);
    }

    private static async Task<string> Written(string log)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("chat-").FullName, "chat.txt");
        await File.WriteAllTextAsync(path, log, TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<(int ExitCode, string[] Lines, string Errors)> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int exitCode = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }
}
