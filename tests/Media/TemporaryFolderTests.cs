using Twitch.Media;

namespace Twitch.Media.Tests;

/// <summary>Of these each runs alone: they change where temporary files are.</summary>
[CollectionDefinition(nameof(TemporaryFolderTests), DisableParallelization = true)]
public sealed class TemporaryFolderCollection;

[Collection(nameof(TemporaryFolderTests))]
public sealed class TemporaryFolderTests(Clips clips) : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable("TMPDIR");

    [Fact]
    public void A_temporary_folder_that_is_not_there_is_named()
    {
        Environment.SetEnvironmentVariable("TMPDIR", clips["no-such-folder"]);

        var error = Assert.Throws<TwitchException>(() => LiveCapture.Start(StreamSource.Parse(clips.Plain), ReadStream.Frame, MelSpec.Standard));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.StartsWith(clips["no-such-folder"], error.Message, StringComparison.Ordinal);
        Assert.Contains("set TMPDIR to a folder that can be written to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_pipe_that_cannot_be_made_leaves_no_folder_behind()
    {
        string deep = clips["deep"];
        while (deep.Length < 4070)    // a folder's name fits into what a path may have, a pipe's in it does not
            deep += "/" + new string('d', Math.Min(250, 4075 - deep.Length - 1));
        Directory.CreateDirectory(deep);
        Environment.SetEnvironmentVariable("TMPDIR", deep);

        Assert.Throws<TwitchException>(() => LiveCapture.Start(StreamSource.Parse(clips.Plain), ReadStream.Frame, MelSpec.Standard));

        Assert.Empty(Directory.GetFileSystemEntries(deep));
    }

    public void Dispose() => Environment.SetEnvironmentVariable("TMPDIR", _before);
}
