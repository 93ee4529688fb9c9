namespace Twitch.Tests.Safety;

public sealed class BlockedRunsTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("twitch").FullName, "blocked_runs.bin");

    private static ulong Run(string text) => BlockedRuns.HashOf([.. text.Split(' ').Select(BlockedRuns.HashOf)]);

    [Fact]
    public void A_run_is_found_wherever_it_stands_in_any_case()
    {
        BlockedRuns blocked = BlockedRuns.Of(3, 2, [Run("my own words")]);

        Assert.True(blocked.AreIn("these are MY  own Words indeed"));
        Assert.False(blocked.AreIn("my own"));
        Assert.False(blocked.AreIn("own words my"));
    }

    [Fact]
    public void All_that_was_put_in_is_found_and_hardly_anything_else_also_from_the_file()
    {
        BlockedRuns blocked = BlockedRuns.Of(2, 5, [.. Enumerable.Range(0, 20_000).Select(i => Run($"in {i}"))]);

        blocked.Save(_path);
        BlockedRuns loaded = BlockedRuns.Load(_path);

        Assert.Equal((2, 5, 20_000L), (loaded.Length, loaded.MinAuthors, loaded.Count));
        Assert.All(Enumerable.Range(0, 20_000), i => Assert.True(loaded.AreIn($"in {i}")));
        int wrong = Enumerable.Range(0, 100_000).Count(i => loaded.AreIn($"out {i}"));
        Assert.InRange(wrong, 20, 200);    // 100 are expected
        Assert.Equal(loaded.Size, new FileInfo(_path).Length);
        Assert.True(loaded.Size < 2 * 20_000);
    }

    [Fact]
    public void Another_file_is_refused()
    {
        File.WriteAllText(_path, "this is something else than a file of blocked runs");

        var error = Assert.Throws<TwitchException>(() => BlockedRuns.Load(_path));

        Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
