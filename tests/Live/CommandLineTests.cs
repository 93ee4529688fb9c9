using System.Text.Json;
using Twitch.Runtime.Tests;

namespace Twitch.Live.Tests;

/// <summary>The program's verbs, run in this process: exit codes, what goes to stdout and what to stderr.</summary>
public class CommandLineTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>
{
    private readonly string _bundle = files.Bundle.Folder, _video = files.Recording.Path;

    [Theory]
    [InlineData("", "Required command was not provided.")]
    [InlineData("dance", "there is no verb 'dance'.")]
    [InlineData("info", "Option '--bundle' is required.")]
    [InlineData("verify --bundle x --provider gpu", "'gpu'")]
    [InlineData("verify --bundle x --precision int4", "'int4'")]
    [InlineData("generate --bundle x --video y", "--at, --every or --auto is missing")]
    [InlineData("generate --bundle x --video y --auto --every 2", "--every and --auto exclude each other")]
    [InlineData("generate --bundle x --video y --auto --count 2", "--count and --auto exclude each other")]
    [InlineData("generate --bundle x --video y --every 2 --rate-scale 2", "--rate-scale needs --auto")]
    [InlineData("generate --bundle x --video y --auto --chat z --no-chat", "--chat and --no-chat exclude each other")]
    [InlineData("generate --bundle x --video y --at 1 --every 2", "--at and --every exclude each other")]
    [InlineData("generate --bundle x --video y --at 1 --from 2", "--from needs --every or --auto")]
    [InlineData("generate --bundle x --video y --at 1:99", "--at is '1:99'; it must be a time such as 1:02:03, 62:03 or 3723.5.")]
    [InlineData("generate --bundle x --video y --every soon", "--every is 'soon'; it must be a time")]
    [InlineData("generate --bundle x --video y --at 1 --format doc", "'doc'")]
    [InlineData("generate --bundle x --video y --at 1 --format srt --json", "--json and --format srt exclude each other")]
    [InlineData("generate --bundle x --video y --at 1 --format srt --logprobs", "--logprobs needs --format text or jsonl; srt has no place for them.")]
    [InlineData("generate --bundle x --video y --at 1 --count 0", "--count is 0; it must be in [1, 100].")]
    [InlineData("generate --bundle x --video y --at 1 --top-k many", "'many'")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string commandLine, string expected)
    {
        Result result = await Run(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        string[] errors = [.. result.Errors.Where(line => line.StartsWith("error: ", StringComparison.Ordinal))];
        Assert.Contains(expected, Assert.Single(errors), StringComparison.Ordinal);
        Assert.StartsWith("'twitch", result.Errors[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--top-k 99", "--top-k is 99; it must be in [0, 29], where 0 keeps every token.")]
    [InlineData("--temperature -1", "--temperature is -1; it must be in [0, 10], where 0 always takes the most likely token.")]
    [InlineData("--count 2 --temperature 0", "--count is 2, but at --temperature 0 there is one comment on a moment; raise the temperature.")]
    [InlineData("--threads 0", "--threads is 0; it must be in [1, 256].")]
    public async Task Sampling_options_out_of_range_are_wrong_usage(string options, string expected)
    {
        Result result = await Generate(["--at", "5", .. options.Split(' ')]);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal([$"error: {expected}"], result.Errors);
    }

    [Fact]
    public async Task Help_is_no_error()
    {
        Result result = await Run("generate", "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(result.Output, line => line.Contains("--temperature", StringComparison.Ordinal));
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task A_bundle_that_is_not_there_is_bad_input()
    {
        Result result = await Run("verify", "--bundle", "no-such-folder");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["error: no-such-folder: no bundle is here (bundle.json is missing); give the folder that 'twitch-train export' made."], result.Errors);
    }

    [Fact]
    public async Task A_recording_that_is_not_there_is_bad_input()
    {
        Result result = await Run("generate", "--bundle", _bundle, "--video", "no-such.mp4", "--at", "1");

        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("error: no-such.mp4", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_had_is_a_failure_and_no_fall_back()
    {
        Result result = await Generate(["--at", "5", "--provider", "cuda"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("-p:Accelerator=cuda", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_come_out_with_their_times()
    {
        Result result = await Generate(["--every", "10", "--seed", "3"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Output.Length);
        Assert.Matches(@"^\[0:00:10\] word\d+( word\d+)*$", result.Output[0]);
        Assert.Matches(@"^\[0:00:20\] word\d+( word\d+)*$", result.Output[1]);
    }

    [Fact]
    public async Task The_same_seed_says_the_same_and_another_does_not()
    {
        string[] first = (await Generate(["--every", "4", "--seed", "3"])).Output;

        Assert.Equal(first, (await Generate(["--every", "4", "--seed", "3"])).Output);
        Assert.NotEqual(first, (await Generate(["--every", "4", "--seed", "4"])).Output);
    }

    [Fact]
    public async Task Json_lines_hold_time_text_tokens_and_log_probabilities()
    {
        Result result = await Generate(["--at", "0:00:12.5", "--at", "5", "--count", "3", "--json", "--logprobs"]);

        Assert.Equal(6, result.Output.Length);
        JsonElement[] lines = [.. result.Output.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([5, 5, 5, 12.5, 12.5, 12.5], lines.Select(line => line.GetProperty("time").GetDouble()));
        Assert.Equal(3, lines.Take(3).Select(line => line.GetProperty("text").GetString()).Distinct().Count());
        Assert.All(lines, line =>
        {
            int[] tokens = [.. line.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
            Assert.Equal(string.Join(' ', tokens.Select(id => $"word{id}")), line.GetProperty("text").GetString());
            Assert.Equal(tokens.Length, line.GetProperty("logprobs").GetArrayLength());
        });
    }

    [Fact]
    public async Task Log_probabilities_are_there_on_request_alone()
    {
        string[] json = (await Generate(["--at", "5", "--json"])).Output, text = (await Generate(["--at", "5", "--logprobs"])).Output;

        Assert.False(JsonDocument.Parse(Assert.Single(json)).RootElement.TryGetProperty("logprobs", out _));
        Assert.Matches(@"^\[0:00:05\] word\d+ \(-\d+\.\d\d\)", Assert.Single(text));
    }

    [Fact]
    public async Task Sampling_options_reach_the_sampler()
    {
        string[] greedy = (await Generate(["--at", "5", "--temperature", "0", "--max-length", "4", "--json"])).Output;
        string[] long_ = (await Generate(["--at", "5", "--min-length", "30", "--max-length", "30", "--no-repeat-ngram", "1", "--top-k", "0", "--json"])).Output;

        Assert.Equal(greedy, (await Generate(["--at", "5", "--top-k", "1", "--max-length", "4", "--seed", "77", "--json"])).Output);
        int[] tokens = [.. JsonDocument.Parse(long_[0]).RootElement.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
        Assert.Equal(25, tokens.Distinct().Count());    // every word once, and then there is nothing left to say
        Assert.Equal(25, tokens.Length);
    }

    [Fact]
    public async Task Fewer_comments_than_asked_for_are_noted()
    {
        Result result = await Generate(["--at", "0", "--at", "5", "--count", "9", "--max-length", "1", "--top-k", "2", "--temperature", "5"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(4, result.Output.Length);
        Assert.Equal(2, result.Errors.Length);
        Assert.StartsWith("note: at 0:00:00 the model has only 2 different comments", result.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moment_after_the_end_is_bad_input_and_names_the_duration()
    {
        Result result = await Generate(["--at", "1:00:00"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("ends at 0:00:24.4", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_command_says_130()
    {
        Result result = await RunUntil(new CancellationToken(canceled: true), "generate", "--bundle", _bundle, "--video", _video, "--every", "1");

        Assert.Equal(130, result.ExitCode);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task A_reader_that_has_read_enough_is_no_error()
    {
        using var error = new StringWriter();
        using var output = new StreamWriter(new ClosedPipe());

        int exitCode = await CommandLine.RunAsync(["generate", "--bundle", _bundle, "--video", _video, "--every", "1"], output, error, TestContext.Current.CancellationToken);

        Assert.Equal(0, exitCode);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task A_model_without_a_rate_or_past_chat_says_what_it_lacks()
    {
        Result auto = await Generate(["--auto"]), chat = await Generate(["--at", "5", "--chat", "chat.jsonl"]);

        Assert.Equal((3, 2), (auto.ExitCode, chat.ExitCode));
        Assert.Contains("does not say when to comment", Assert.Single(auto.Errors), StringComparison.Ordinal);
        Assert.Contains("reads no past chat", Assert.Single(chat.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_comments_when_a_chat_would()
    {
        using TinyBundle standard = TinyBundle.Standard();
        string[] command = ["generate", "--bundle", standard.Folder, "--video", _video, "--auto", "--from", "5", "--to", "15", "--least-gap", "2", "--seed", "5", "--json"];

        Result result = await Run(command), seldom = await Run([.. command, "--rate-scale", "0.0001"]), wrong = await Run([.. command, "--rate-scale", "0"]);

        Assert.Equal(0, result.ExitCode);
        double[] times = [.. result.Output.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("time").GetDouble())];
        Assert.InRange(times.Length, 1, 5);
        Assert.All(times, time => Assert.InRange(time, 5, 15));
        Assert.Empty(seldom.Output);
        Assert.Equal((2, "error: --rate-scale is 0; it must be in (0, 100]."), (wrong.ExitCode, Assert.Single(wrong.Errors)));
    }

    [Fact]
    public async Task A_chat_that_is_given_is_read()
    {
        using TinyBundle standard = TinyBundle.Standard();
        string file = Path.Combine(standard.Folder, "..", "chat.jsonl"), broken = Path.Combine(standard.Folder, "..", "broken.jsonl");
        File.WriteAllText(file, """
            {"time": 3, "text": "w0007 w0008"}

            {"time": 7.5, "text": "w0009", "tokens": [9]}
            """);
        File.WriteAllText(broken, """
            {"time": 3, "text": "w0007"}
            {"time": 4}
            """);
        string[] command = ["generate", "--bundle", standard.Folder, "--video", _video, "--at", "8", "--json", "--logprobs"];

        Result with = await Run([.. command, "--chat", file]), without = await Run([.. command, "--no-chat"]), own = await Run(command);
        Result refused = await Run([.. command, "--chat", broken]), missing = await Run([.. command, "--chat", "no-such.jsonl"]);

        Assert.NotEqual(without.Output, with.Output);
        Assert.Equal(without.Output, own.Output);    // it has said nothing yet
        Assert.Equal((3, 3), (refused.ExitCode, missing.ExitCode));
        Assert.Contains("broken.jsonl:2: not a line such as", Assert.Single(refused.Errors), StringComparison.Ordinal);
        Assert.StartsWith("error: no-such.jsonl: cannot be read", Assert.Single(missing.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_prints_every_difference()
    {
        Result result = await Run("verify", "--bundle", _bundle);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(16, result.Output.Length);
        Assert.Matches(@"^logits +\d\.\de-\d+$", result.Output.Single(line => line.StartsWith("logits", StringComparison.Ordinal)));
        Assert.StartsWith("ok: the largest difference on cpu is ", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_in_int8_reports_agreement_and_the_limits_it_used()
    {
        Result result = await Run("verify", "--bundle", _bundle, "--precision", "int8", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("ok: on cpu in int8 the logits differ by ", Assert.Single(result.Errors), StringComparison.Ordinal);
        JsonElement line = JsonDocument.Parse(Assert.Single(result.Output)).RootElement, limits = line.GetProperty("limits");
        Assert.Equal("int8", line.GetProperty("precision").GetString());
        Assert.Equal(1e-4, limits.GetProperty("audio_hidden").GetDouble());
        Assert.True(limits.GetProperty("hidden").GetDouble() > 1e-3);    // frames as they are meet their matrix in int8 too
        Assert.True(limits.GetProperty("logits").GetDouble() > 1e-3);
        Assert.False(limits.TryGetProperty("greedy", out _));
        Assert.Equal(1 - line.GetProperty("differences").GetProperty("greedy").GetDouble() / 24, line.GetProperty("greedy_agreement").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Generate_in_int8_says_something()
    {
        Result result = await Generate(["--every", "10", "--seed", "3", "--precision", "int8"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Output.Length);
        Assert.Matches(@"^\[0:00:10\] word\d+( word\d+)*$", result.Output[0]);
    }

    [Fact]
    public async Task Verify_fails_where_the_outputs_are_not_torchs()
    {
        using TinyBundle spoilt = files.Bundle.Copy();
        string golden = spoilt.PathOf(BundleManifest.GoldenFile);
        byte[] bytes = File.ReadAllBytes(golden);
        using (SafeTensors read = SafeTensors.Open(golden))
            BitConverter.TryWriteBytes(bytes.AsSpan((int)read.Find("logits").Offset), 3f);
        File.WriteAllBytes(golden, bytes);
        spoilt.Rewrite(manifest => manifest);

        Result result = await Run("verify", "--bundle", spoilt.Folder, "--json");

        Assert.Equal(1, result.ExitCode);
        JsonElement line = JsonDocument.Parse(Assert.Single(result.Output)).RootElement;
        Assert.False(line.GetProperty("ok").GetBoolean());
        Assert.True(line.GetProperty("differences").GetProperty("logits").GetDouble() > 1);
        Assert.Contains("'logits' differs by", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_says_what_a_bundle_is()
    {
        Result page = await Run("info", "--bundle", _bundle), json = await Run("info", "--bundle", _bundle, "--json");

        Assert.Equal(0, page.ExitCode);
        Assert.Contains(page.Output, line => line.StartsWith("parameters  22,505", StringComparison.Ordinal));
        Assert.Contains(page.Output, line => line.Contains("decoder_step.onnx", StringComparison.Ordinal));
        Assert.Contains("precisions  float32, int8", page.Output);
        Assert.Contains("past chat   not read", page.Output);
        Assert.Contains("rate        does not say when people comment", page.Output);
        JsonElement line = JsonDocument.Parse(Assert.Single(json.Output)).RootElement;
        Assert.Equal("published", line.GetProperty("manifest").GetProperty("config").GetProperty("preset").GetString());
        Assert.Equal(new DirectoryInfo(_bundle).EnumerateFiles().Sum(file => file.Length), line.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Bench_measures_every_precision_and_reports_a_provider_that_is_absent()
    {
        Result result = await Run("bench", "--bundle", _bundle, "--seconds", "0.02", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["measuring cpu float32 ...", "measuring cpu int8 ...", "measuring cuda float32 ..."], result.Errors);
        JsonElement line = JsonDocument.Parse(Assert.Single(result.Output)).RootElement;
        JsonElement[] decode = [.. line.GetProperty("decode").EnumerateArray()];
        Assert.Equal(
            ["cpu float32 1", "cpu float32 16", "cpu float32 64", "cpu int8 1", "cpu int8 16", "cpu int8 64"],
            decode.Select(row => $"{row.GetProperty("provider")} {row.GetProperty("precision")} {row.GetProperty("batch")}"));
        Assert.All(decode, row =>
        {
            double p50 = row.GetProperty("p50_us").GetDouble();
            Assert.InRange(p50, 0.1, row.GetProperty("p99_us").GetDouble());
            Assert.InRange(row.GetProperty("tokens_per_s").GetDouble() * p50 / 1e6 / row.GetProperty("batch").GetInt32(), 0.9, 1.1);
            Assert.True(row.GetProperty("limit_tokens_per_s").GetDouble() > 0);
        });
        Assert.Equal(2, line.GetProperty("encode").GetArrayLength());
        foreach (string name in (string[])["first_token_ms", "open_ms", "rss_mb"])
            Assert.Equal(line.GetProperty("encode")[0].GetProperty(name).GetDouble(), line.GetProperty(name).GetDouble());
        JsonElement absent = Assert.Single(line.GetProperty("absent").EnumerateArray());
        Assert.Equal("cuda", absent.GetProperty("provider").GetString());
        Assert.Contains("-p:Accelerator=cuda", absent.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_of_a_provider_that_cannot_be_had_is_a_failure()
    {
        Result result = await Run("bench", "--bundle", _bundle, "--provider", "cuda", "--seconds", "0.02");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("-p:Accelerator=cuda", result.Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_prints_tables()
    {
        Result result = await Run("bench", "--bundle", _bundle, "--provider", "cpu", "--seconds", "0.02");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(11, result.Output.Length);
        Assert.Matches(@"^cpu +int8 +64 +\d+ +\d+\.\d +\d+\.\d +\d+\.\d$", result.Output[^1]);
        Assert.Matches(@"^cpu +float32 +1 +\d+ +\d+\.\d\d +\d+\.\d +\d+\.\d +\d+\.\d$", result.Output[^6]);
    }

    private Task<Result> Generate(string[] options) => Run(["generate", "--bundle", _bundle, "--video", _video, .. options]);

    private static Task<Result> Run(params string[] args) => RunUntil(TestContext.Current.CancellationToken, args);

    private static async Task<Result> RunUntil(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandLine.RunAsync(args, output, error, cancellation);
        return new Result(exitCode, Lines(output), Lines(error));

        static string[] Lines(StringWriter writer) => writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed record Result(int ExitCode, string[] Output, string[] Errors);

    /// <summary>One small bundle and one small recording for all tests.</summary>
    public sealed class Files : IDisposable
    {
        public TinyBundle Bundle { get; } = TinyBundle.SeedTiny();

        public TinyRecording Recording { get; } = new();

        public void Dispose()
        {
            Bundle.Dispose();
            Recording.Dispose();
        }
    }

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new BrokenPipeException();

        public override void Write(byte[] buffer, int offset, int count) => throw new BrokenPipeException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new BrokenPipeException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new BrokenPipeException();
    }
}
