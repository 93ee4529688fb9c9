using Twitch.Media;

namespace Twitch.Runtime.Tests;

public class ReadmeTests(OpenedSeedTiny opened, TinyRecording tiny) : IClassFixture<OpenedSeedTiny>, IClassFixture<TinyRecording>
{
    [Fact]
    public async Task The_example_in_the_README_comments_on_a_recording()
    {
        using var said = new StringWriter();
        await Example(opened.Model.Bundle.Folder, tiny.Path, said);

        Assert.StartsWith("[0:00:10] ", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_in_the_README_is_the_one_that_was_tested()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Twitch.sln")))
            root = Path.GetDirectoryName(root)!;
        string source = File.ReadAllText(Path.Combine(root, "tests", "Runtime", "Streams", "ReadmeTests.cs"));
        string tested = source[(source.LastIndexOf("// example\n", StringComparison.Ordinal) + 11)..source.LastIndexOf("        // end of example", StringComparison.Ordinal)]
            .Replace("        ", "", StringComparison.Ordinal)
            .Replace("CommentModel.Open(bundle)", "CommentModel.Open(\"models/mine/bundle\")", StringComparison.Ordinal)
            .Replace("new MediaSource(video)", "new MediaSource(\"stream.mp4\")", StringComparison.Ordinal)
            .Replace("output.", "Console.", StringComparison.Ordinal);

        string shown = File.ReadAllText(Path.Combine(root, "README.md"));

        Assert.Contains(string.Join('\n', tested.Split('\n').Select(line => line.Split("//")[0].TrimEnd())),
            string.Join('\n', shown.Split('\n').Select(line => line.Split("//")[0].TrimEnd())), StringComparison.Ordinal);
    }

    private static async Task Example(string bundle, string video, StringWriter output)
    {
        // example
        using CommentModel model = CommentModel.Open(bundle);
        Recording recording = model.OpenRecording(new MediaSource(video));
        await foreach (TimedComment said in model.CommentEveryAsync(recording, TimeSpan.FromSeconds(10)))
            output.WriteLine($"[{StreamTime.Format(said.Time)}] {said.Comment.Text}");
        // end of example
    }
}
