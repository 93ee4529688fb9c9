using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Twitch.Training.Tests;

/// <summary>The verbs from a recording and its chat to a bundle, run in this process.</summary>
[Collection(TorchTests.Name)]
public sealed class CommandLineTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>
{
    [Theory]
    [InlineData("", "Required command was not provided.")]
    [InlineData("dance", "there is no verb 'dance'.")]
    [InlineData("train --video v --out o", "Option '--chat' is required.")]
    [InlineData("train --video v --chat a --chat b --out o", "--video is given 1 times and --chat 2 times")]
    [InlineData("train --video v --video w --chat a --chat b --audio s --out o", "--video is given 2 times and --audio 1 times")]
    [InlineData("train --video v --chat c --out o --preset huge", "--preset is 'huge'; it must be published or standard.")]
    [InlineData("train --video v --chat c --out o --preset published --frame 4", "frame.height is 4; it must be in [8, 1024].")]
    [InlineData("train --video v --chat c --out o --frame 64", "--frame is for --preset published;")]
    [InlineData("export --checkpoint c --out o --tolerance 2", "--tolerance is 2; it must be in (0, 1).")]
    [InlineData("train --video v --chat c --out o --past-chat -1", "chat.comment_count is -1; it must be in [1, 1024].")]
    [InlineData("train --video v --chat c --out o --learning-rate 7", "--learning-rate is 7; it must be in (0, 1].")]
    [InlineData("train --video v --chat c --out o --until soon", "--until is 'soon'; it must be a time")]
    [InlineData("export --out o", "export needs either --checkpoint DIR or --untrained.")]
    public async Task Wrong_usage_is_said_in_one_line(string commandLine, string expected)
    {
        Result result = await Run(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(expected, Assert.Single(result.Errors, line => line.StartsWith("error: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --video missing.mp4 --chat missing.json --out o", "missing.mp4: no such file.")]
    [InlineData("export --checkpoint missing --out o", "missing: no checkpoint is here")]
    [InlineData("evaluate --bundle missing --video v --chat c", "missing: no bundle is here")]
    public async Task Missing_files_are_named(string commandLine, string expected)
    {
        Result result = await Run(commandLine.Split(' '));

        Assert.Equal(3, result.ExitCode);
        Assert.Contains(expected, result.Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_command_goes_from_a_recording_and_its_chat_to_a_bundle_that_can_be_evaluated()
    {
        string folder = Path.Combine(files.Root, "run");
        string[] input = ["--video", files.Video, "--chat", files.Chat];
        string[] train = ["train", .. input, "--out", folder, "--epochs", "2", "--hidden", "16", "--batch-size", "8", "--threads", "1"];

        Result trained = await Run(train);
        Result again = await Run(train);
        Result evaluated = await Run(["evaluate", "--bundle", Path.Combine(folder, "bundle"), .. input, "--prepared", Path.Combine(folder, "prepared"), "--from", "1:00", "--json"]);

        Assert.True(trained.ExitCode == 0, string.Join('\n', trained.Errors));
        Assert.Equal([Path.Combine(folder, "bundle")], trained.Output);
        Assert.Contains(trained.Errors, line => line.StartsWith("Exported standard: ", StringComparison.Ordinal));
        Assert.Contains(again.Errors, line => line.EndsWith("prepared before", StringComparison.Ordinal));
        Assert.Equal(0, again.ExitCode);
        Bundle bundle = Bundle.Open(Path.Combine(folder, "bundle"));
        Assert.InRange(bundle.Manifest.Provenance.MaxDifference!.Value, 0, BundleExport.Tolerance);
        Assert.InRange(bundle.Manifest.Provenance.Epoch!.Value, 1, 2);
        Assert.Equal(ChatSpec.Standard, bundle.Config.Chat);
        Assert.True(evaluated.ExitCode == 0, string.Join('\n', evaluated.Errors));
        using JsonDocument report = JsonDocument.Parse(string.Join('\n', evaluated.Output));
        Assert.True(report.RootElement.GetProperty("gap").TryGetProperty("no_chat", out _) && report.RootElement.TryGetProperty("when", out _));
    }

    [Theory]
    [InlineData("Bob: hi\nAmy: ho\n", "a name and a text without times")]
    [InlineData("@tmi-sent-ts=1741636805000 :bob!b@b PRIVMSG #c :hi\n", "--stream-start")]
    [InlineData("[5:00:00] Bob: hi\n", "another recording")]
    [InlineData("[0:00:01] Nightbot: hi\n", "no comment is left")]
    public async Task A_chat_log_that_cannot_be_used_is_told_before_any_picture_is_decoded(string log, string expected)
    {
        string chat = Path.Combine(files.Root, "bad.txt"), store = Path.Combine(files.Root, "nothing");
        File.WriteAllText(chat, log);

        Result result = await Run(["prepare", "--video", files.Video, "--chat", files.Chat, "--video", files.Video, "--chat", chat, "--prepared", store, "--preset", "published", "--frame", "16"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains(expected, result.Errors[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(store));
    }

    [Fact]
    public async Task A_still_and_silent_recording_with_a_lively_chat_trains_exports_and_is_commented_on()
    {
        string folder = Path.Combine(files.Root, "still"), video = Path.Combine(files.Root, "still.mp4");
        Files.Make("-f", "lavfi", "-i", "color=gray:size=64x48:rate=4:duration=60", "-f", "lavfi", "-i", "anullsrc=sample_rate=16000:channel_layout=mono", "-shortest",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", video);

        Result trained = await Run(["train", "--video", video, "--chat", files.Chat, "--out", folder, "--epochs", "2", "--hidden", "16", "--batch-size", "8", "--threads", "1"]);

        Assert.True(trained.ExitCode == 0, string.Join('\n', trained.Errors));
        using var model = Runtime.CommentModel.Open(Path.Combine(folder, "bundle"));
        Assert.InRange(model.Bundle.Manifest.Provenance.MaxDifference!.Value, 0, BundleExport.Tolerance);
        var said = new List<string>();
        await foreach (Runtime.TimedComment comment in model.CommentEveryAsync(model.OpenRecording(new Media.MediaSource(video)), TimeSpan.FromSeconds(15), cancellation: TestContext.Current.CancellationToken))
            said.Add(comment.Comment.Text);
        Assert.Contains(said, text => text.Length > 0);
    }

    [Fact]
    public async Task User_names_reach_no_file_that_is_written()
    {
        string folder = Path.Combine(files.Root, "names");

        Result result = await Run(["prepare", "--video", files.Video, "--chat", files.Chat, "--prepared", folder, "--preset", "published", "--frame", "16"]);

        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(Directory.GetFiles(folder, "comments-*", SearchOption.AllDirectories));
        Assert.All(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Files.Viewer, File.ReadAllText(file), StringComparison.OrdinalIgnoreCase));
        Assert.All(result.Errors, line => Assert.DoesNotContain(Files.Viewer, line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_untrained_bundle_of_any_size_is_exported()
    {
        string folder = Path.Combine(files.Root, "untrained");

        Result result = await Run(["export", "--untrained", "--preset", "published", "--frame", "8", "--hidden", "16", "--vocabulary", "40", "--out", folder]);

        Assert.True(result.ExitCode == 0, string.Join('\n', result.Errors));
        Assert.Equal(40, Bundle.Open(folder).Vocabulary.Count);
        Assert.Null(Bundle.Open(folder).Config.Chat);    // as published
        Assert.Equal([folder], Directory.GetFileSystemEntries(files.Root, "untrained*"));
    }

    [Fact]
    public async Task An_export_replaces_a_bundle_and_nothing_else()
    {
        string folder = Path.Combine(files.Root, "replaced"), precious = Path.Combine(folder, "checkpoint", "precious");
        string[] export = ["export", "--untrained", "--preset", "published", "--frame", "8", "--hidden", "16", "--vocabulary", "40", "--out", folder];
        Directory.CreateDirectory(Path.GetDirectoryName(precious)!);
        File.WriteAllText(precious, "");

        Result run = await Run(export);
        Directory.Delete(Path.GetDirectoryName(precious)!, recursive: true);
        Result fresh = await Run(export), again = await Run(export);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "");
        Result beside = await Run(export);

        Assert.Equal([3, 0, 0, 3], [run.ExitCode, fresh.ExitCode, again.ExitCode, beside.ExitCode]);
        Assert.Contains($"{Path.Combine(folder, "checkpoint")}: no part of a bundle", run.Errors[^1], StringComparison.Ordinal);
        Assert.Contains("notes.txt: no part of a bundle", beside.Errors[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "notes.txt")));
    }

    [Theory]
    [InlineData("--chat-offset", "1e12")]
    [InlineData("--chat-offset", "nan")]
    [InlineData("--save-interval", "1e300")]
    public async Task A_time_out_of_range_is_wrong_usage(string option, string value)
    {
        Result result = await Run(["train", "--video", files.Video, "--chat", files.Chat, "--out", Path.Combine(files.Root, "never"), option, value]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(option, result.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_no_bug()
    {
        string file = Path.Combine(files.Root, "file");
        File.WriteAllText(file, "");

        Result trained = await Run(["train", "--video", files.Video, "--chat", files.Chat, "--prepared", Path.Combine(file, "prepared"), "--out", Path.Combine(files.Root, "never")]);
        Result exported = await Run(["export", "--untrained", "--hidden", "16", "--vocabulary", "40", "--out", Path.Combine(file, "bundle")]);

        Assert.All((Result[])[trained, exported], result =>
        {
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("cannot be written", result.Errors[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("bug", string.Join('\n', result.Errors), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("", null, true)]
    [InlineData("--past-chat 5", 5, true)]
    [InlineData("--past-chat 0 --no-rate", null, false)]
    public async Task Past_chat_and_rate_are_optional_in_a_bundle(string options, int? comments, bool hasRate)
    {
        string folder = Path.Combine(files.Root, $"optional{comments}{hasRate}");

        Result result = await Run(["export", "--untrained", "--hidden", "16", "--vocabulary", "40", "--out", folder, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.True(result.ExitCode == 0, string.Join('\n', result.Errors));
        using var model = Runtime.CommentModel.Open(folder);
        Assert.Equal((comments, hasRate), (model.Config.Chat?.CommentCount, model.HasRate));
        Assert.InRange(model.Bundle.Manifest.Provenance.MaxDifference!.Value, 0, BundleExport.Tolerance);
        IReadOnlyList<Runtime.GoldenDifference> report = Runtime.GoldenCheck.Run(model);
        Assert.Equal(comments is not null, report.Any(difference => difference.Output == "past_scores"));
        Assert.Equal(hasRate, report.Any(difference => difference.Output == "rate"));
    }

    private static async Task<Result> Run(string[] args)
    {
        using StringWriter output = new(), error = new();
        int exitCode = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return new Result(exitCode, Lines(output), Lines(error));

        static string[] Lines(StringWriter writer) => writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed record Result(int ExitCode, string[] Output, string[] Errors);

    /// <summary>Ninety seconds, red and blue by turns, and a chat that says which.</summary>
    public sealed class Files : IDisposable
    {
        public const string Viewer = "Zaphodette";

        public Files()
        {
            Make("-f", "lavfi", "-i", "color=red:size=64x48:rate=4:duration=90,drawbox=color=blue:t=fill:enable='lt(mod(t,20),10)'",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000:duration=90", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", Video);
            File.WriteAllLines(Chat, Enumerable.Range(1, 89).Select(second => string.Create(CultureInfo.InvariantCulture,
                $"[0:{second / 60:00}:{second % 60:00}] {Viewer}{second % 7}: so {(second % 20 < 10 ? "blue" : "red")} Kappa")));
        }

        public static void Make(params string[] arguments)
        {
            using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", .. arguments]);
            ffmpeg.WaitForExit();
            Assert.Equal(0, ffmpeg.ExitCode);
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("twitch-train-").FullName;

        public string Video => Path.Combine(Root, "stream.mp4");

        public string Chat => Path.Combine(Root, "chat.txt");

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
