namespace Twitch.Tests;

public sealed class FolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twitch").FullName;

    private string Folder => Path.Combine(_root, "model");

    [Fact]
    public void A_folder_that_was_filled_takes_its_place()
    {
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "1"));
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "b"), "2"));

        Assert.Equal([Path.Combine(Folder, "b")], Directory.GetFiles(Folder));
        Assert.Equal([Folder], Directory.GetDirectories(_root));
    }

    [Fact]
    public void A_failure_leaves_the_old_folder_as_it_was()
    {
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "1"));

        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(Folder, _ => throw new InvalidOperationException()));

        Assert.Equal("1", File.ReadAllText(Path.Combine(Folder, "a")));
        Assert.Equal([Folder], Directory.GetDirectories(_root));
    }

    [Fact]
    public void A_kill_between_the_renames_is_mended()
    {
        Directory.CreateDirectory(Folder + ".replaced");
        File.WriteAllText(Path.Combine(Folder + ".replaced", "a"), "1");

        AtomicFolder.Recover(Folder);

        Assert.Equal("1", File.ReadAllText(Path.Combine(Folder, "a")));
    }

    [Fact]
    public void A_reader_deletes_nothing()
    {
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "1"));
        foreach (string beside in (string[])[".old", ".replaced", ".partial"])
            Directory.CreateDirectory(Folder + beside);

        AtomicFolder.Recover(Folder);

        Assert.Equal(4, Directory.GetDirectories(_root).Length);
    }

    [Fact]
    public void Somebodys_copy_beside_a_folder_stays()
    {
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "1"));
        Directory.CreateDirectory(Folder + ".old");
        File.WriteAllText(Path.Combine(Folder + ".old", "a"), "0");

        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "2"));

        Assert.Equal("0", File.ReadAllText(Path.Combine(Folder + ".old", "a")));
    }

    [Fact]
    public async Task Readers_do_not_make_a_writer_fail()
    {
        AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), "0"));
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        bool done = false;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
                AtomicFolder.Recover(Folder);
        }, cancelled))];

        for (int i = 1; i <= 100; i++)
            AtomicFolder.Write(Folder, partial => File.WriteAllText(Path.Combine(partial, "a"), $"{i}"));
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);

        Assert.Equal("100", File.ReadAllText(Path.Combine(Folder, "a")));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_that_says_so()
    {
        File.WriteAllText(Path.Combine(_root, "file"), "");

        var error = Assert.Throws<TwitchException>(() => AtomicFolder.Write(Path.Combine(_root, "file", "model"), _ => { }));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains("model: cannot be written (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_untouched_folder_passes()
    {
        FileManifest manifest = Fill();

        manifest.Verify(Folder, "manifest.json");

        Assert.Equal(["manifest.json", "sub/b"], manifest.Files.Keys.Append("manifest.json").Except(["a"]).Order());
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        FileManifest manifest = Fill();
        File.Delete(Path.Combine(Folder, "sub/b"));

        Assert.Contains("sub/b: missing", Error(manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extra_file_is_named()
    {
        FileManifest manifest = Fill();
        File.WriteAllText(Path.Combine(Folder, "c"), "");

        Assert.Contains("c: not listed in manifest.json", Error(manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_altered_at_the_same_length_is_named()
    {
        FileManifest manifest = Fill();
        File.WriteAllText(Path.Combine(Folder, "a"), "X");

        Assert.Contains("a: altered", Error(manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_named()
    {
        FileManifest manifest = Fill();
        File.WriteAllText(Path.Combine(Folder, "a"), "");

        Assert.Contains("a: has 0 bytes, manifest.json says 1", Error(manifest), StringComparison.Ordinal);
    }

    private string Error(FileManifest manifest) =>
        Assert.Throws<TwitchException>(() => manifest.Verify(Folder, "manifest.json")).Message;

    private FileManifest Fill()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "sub"));
        File.WriteAllText(Path.Combine(Folder, "a"), "1");
        File.WriteAllText(Path.Combine(Folder, "sub", "b"), "2");
        return FileManifest.Of(Folder, "manifest.json");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
