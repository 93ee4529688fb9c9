using Twitch.Training.Evaluating;

namespace Twitch.Training.Tests;

public sealed class ScoredFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ScoredFiles _files = new(SyntheticStream.Tiny, [new SyntheticStream(SyntheticStream.Tiny, seconds: 30)]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"id": 1, "time": 5, "candidates": ["a", "b"], "truth": 2}""", "\"truth\" is 2; it must be an index of the 2 candidates, in [0, 1].")]
    [InlineData("""{"id": 1, "time": -1, "candidates": ["a"]}""", "\"time\" is -1; it must be seconds since the start of the recording, 0 or more.")]
    [InlineData("""{"id": 1, "time": 60, "candidates": ["a"]}""", "\"time\" is 60; the recording has nothing in the 3 s before, it ends at 30 s.")]
    [InlineData("""{"id": 1, "time": 5, "candidates": []}""", "\"candidates\" must hold texts, at least one.")]
    [InlineData("""{"id": 1, "time": 5, "candidates": ["a", null]}""", "\"candidates\" must hold texts, at least one.")]
    [InlineData("""{"id": 1, "time": 5, "candidates": ["a"], "kinds": ["truth", "random"]}""", "\"kinds\" has 2 entries for 1 candidates; give one each, or leave it out.")]
    [InlineData("""{"id": 1, "time": 5, "candidates": ["a"], "recording": 1}""", "\"recording\" is 1; 1 recordings are given, so it must be in [0, 0].")]
    [InlineData("""{"id": [], "time": 5, "candidates": ["a"]}""", "\"id\" must be a text or a number.")]
    [InlineData("""{"time": 5, "candidates": ["a"]}""", "not the JSON that was expected: ")]
    [InlineData("""{"id": 1, "candidates": ["a"]}""", "not the JSON that was expected: ")]
    [InlineData("""{"id": 1, "time": "soon", "candidates": ["a"]}""", "not the JSON that was expected: ")]
    [InlineData("gg", "not the JSON that was expected: ")]
    [InlineData("null", "holds null; a JSON object is needed.")]
    public void A_bad_line_is_named(string line, string expected)
    {
        string path = Write("""{"id": "x", "time": 0, "candidates": ["a"]}""", "", line);

        var e = Assert.Throws<TwitchException>(() => _files.Candidates(path));

        Assert.StartsWith($"{path}:3: {expected}", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
    }

    [Fact]
    public void A_message_without_text_is_named()
    {
        string path = Write("""{"id": 7, "time": 5}""");

        Assert.StartsWith($"{path}:1: ", Assert.Throws<TwitchException>(() => _files.Messages(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_says_so()
    {
        string path = Write("");

        Assert.Equal($"{path}: is empty; a JSON object a line is needed.", Assert.Throws<TwitchException>(() => _files.Messages(path)).Message);
    }

    [Fact]
    public void Candidates_that_are_written_are_read_again()
    {
        var set = new CandidateSet(0, TimeSpan.FromSeconds(4.25), ClipWindow.Before(TimeSpan.FromSeconds(4.25), SyntheticStream.Tiny, 30, long.MaxValue), ["gg \"ez\"", "日本語 😂"], 1, [CandidateKind.Plausible, CandidateKind.Truth]);

        ScoredFiles.Write(_folder["candidates"], [set]);

        Assert.Equal("""{"id":0,"time":4.25,"candidates":["gg \"ez\"","日本語 \uD83D\uDE02"],"truth":1,"kinds":["plausible","truth"],"recording":0}""" + "\n", File.ReadAllText(_folder["candidates"]));
        (_, CandidateSet read) = Assert.Single(_files.Candidates(_folder["candidates"]));
        Assert.Equal((set.Time, set.Window, set.Truth), (read.Time, read.Window, read.Truth));
        Assert.Equal(set.Texts, read.Texts);
        Assert.Equal(set.Kinds!, read.Kinds!);
    }

    [Fact]
    public void Ids_come_back_as_they_were_given()
    {
        string path = Write("""{"id": "a-1", "time": 1, "text": "gg"}""", """{"id": 12345678901234567890, "time": 2.5, "text": ""}""");

        ScoredFiles.WriteMessages(_folder["scored"], _files.Messages(path).Select(line => new ScoredMessageLine(line.Id, -1.5, 2)));

        Assert.Equal(["""{"id":"a-1","logp":-1.5,"tokens":2}""", """{"id":12345678901234567890,"logp":-1.5,"tokens":2}"""], File.ReadAllLines(_folder["scored"]));
    }

    [Theory]
    [InlineData("--scores-out s", "--scores-out needs --candidates: the scores of what?")]
    [InlineData("--messages-out m", "--messages-out needs --messages: the scores of what?")]
    [InlineData("--messages m", "--messages needs --messages-out: where do the scores go?")]
    [InlineData("--from soon", "--from is 'soon'; it must be a time")]
    public async Task Options_that_contradict_each_other_are_wrong_usage(string options, string expected)
    {
        using StringWriter output = new(), error = new();

        int exitCode = await CommandLine.RunAsync([.. "evaluate --bundle b --video v --chat c".Split(' '), .. options.Split(' ')], output, error, TestContext.Current.CancellationToken);

        Assert.Equal(2, exitCode);
        Assert.StartsWith($"error: {expected}", error.ToString(), StringComparison.Ordinal);
    }

    private string Write(params string[] lines)
    {
        File.WriteAllLines(_folder["lines.jsonl"], lines);
        return _folder["lines.jsonl"];
    }
}
