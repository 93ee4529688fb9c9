using System.IO.Compression;
using System.Text;
using Twitch.Training.Import;

namespace Twitch.Training.Tests.Import;

/// <summary>Weights that PyTorch wrote become checkpoints, and nothing that a pickle names is run.</summary>
[Collection(TorchTests.Name)]
public sealed class ImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("import-").FullName;

    private static string Words { get; } = string.Concat(Enumerable.Range(4, 25).Select(id => $"word{id}\n"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("seed_tiny.pth", 0)]
    [InlineData("seed_tiny_checkpoint.pth", 0)]
    [InlineData("seed_tiny_half.pth", 1e-3)]
    public void Weights_that_PyTorch_wrote_are_those_of_the_checkpoint(string pth, double allowed)
    {
        string folder = Path.Combine(_folder, "checkpoint");

        ModelConfig config = ImportCommand.Run(Fixture(pth), Written("words.txt", Words), folder);

        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using SafeTensors expected = SafeTensors.Open("Fixtures/seed_tiny.safetensors");
        Assert.Equal(("published", new FrameSpec(8, 8), 16, 12, 29, 64), (config.Preset, config.Frame, config.HiddenSize, config.EmbeddingSize, config.VocabularySize, config.Mel.MelCount));
        Assert.Equal("word4", checkpoint.Vocabulary[4]);
        foreach (string name in expected.Tensors.Keys)
        {
            foreach ((float one, float other) in expected.Read<float>(name).ToArray().Zip(checkpoint.Weights.Read<float>(name).ToArray()))
                Assert.InRange(Math.Abs(one - other), 0, allowed);
        }
    }

    [Fact]
    public async Task An_imported_checkpoint_exports()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint"), bundle = Path.Combine(_folder, "bundle");
        using StringWriter output = new(), error = new();

        int imported = await CommandLine.RunAsync(["import", "--pth", Fixture("seed_tiny.pth"), "--words", Written("words.txt", Words), "--out", checkpoint], output, error, TestContext.Current.CancellationToken);
        int exported = await CommandLine.RunAsync(["export", "--checkpoint", checkpoint, "--out", bundle], output, error, TestContext.Current.CancellationToken);

        Assert.True((imported, exported) == (0, 0), error.ToString());
        Assert.InRange(Bundle.Open(bundle).Manifest.Provenance.MaxDifference!.Value, 0, BundleExport.Tolerance);
    }

    [Theory]
    [InlineData("names_a_function.pth", "it names '__builtin__.print'. Nothing of it was run. Save the network's weights alone")]
    [InlineData("whole_module.pth", "it names 'torch.nn.modules.linear.Linear'")]
    [InlineData("before_1_6.pth", "no zip archive, as PyTorch writes since 1.6")]
    public void What_is_more_or_older_than_a_state_dict_is_refused(string pth, string why)
    {
        var refused = Assert.Throws<TwitchException>(() => ImportCommand.Run(Fixture(pth), Written("words.txt", Words), Path.Combine(_folder, "none")));

        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "none")));
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "it names 'os.system'")]
    [InlineData("(S'true'\nios\nsystem\n.", "it names 'os.system'")]
    [InlineData("\x8c\x02os\x8c\x06system\x93.", "it names 'os.system'")]
    [InlineData("ctorch.Evil\nFloatStorage\n)R.", "it names 'torch.Evil.FloatStorage'")]
    [InlineData("ccollections\nOrderedDict\n)\x81.", "uses instruction 0x81")]
    [InlineData("ctorch\nFloatStorage\n)R.", "damaged")]
    [InlineData("(lp0\nh\x05.", "damaged")]
    [InlineData("X\x7f\x7f\x7f\x7f", "damaged")]
    [InlineData("", "damaged")]
    [InlineData("}.", "holds no state dict")]
    public void A_pickle_by_hand_runs_nothing(string pickle, string why)
    {
        string path = Path.Combine(_folder, "by-hand.pth");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("archive/data.pkl").Open();
            entry.Write(Encoding.Latin1.GetBytes(pickle));
        }

        Assert.Contains(why, Assert.Throws<TwitchException>(() => PthFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_refused_or_read_and_never_crash()
    {
        byte[] good = File.ReadAllBytes(Fixture("seed_tiny.pth"));
        string path = Path.Combine(_folder, "damaged.pth");
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = good[..(i % 3 == 0 ? random.Next(good.Length) : good.Length)];
            for (int change = i % 4; change > 0 && damaged.Length > 0; change--)
                damaged[random.Next(Math.Min(damaged.Length, 4000))] = (byte)random.Next(256);
            File.WriteAllBytes(path, damaged);
            try
            {
                using PthFile file = PthFile.Open(path);
                foreach (string name in file.Tensors.Keys)
                    file.CopyTo(Stream.Null, name);
            }
            catch (TwitchException e)
            {
                Assert.Equal(ExitCode.BadInput, e.ExitCode);
            }
        }
    }

    [Theory]
    [InlineData("[\"<PAD>\",\"<UNK>\",\"<SOS>\",\"<EOS>\",\"a\",\"b\"]", new[] { "a", "b" })]
    [InlineData("{\"word2idx\": {\"b\": 5, \"a\": 4, \"<pad>\": 0, \"<unk>\": 1, \"<sos>\": 2, \"<eos>\": 3}}", new[] { "a", "b" })]
    [InlineData("{\"a\": 4, \"b\": 5}", new[] { "a", "b" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("<PAD>\n<UNK>\n<SOS>\n<EOS>\na\nb", new[] { "a", "b" })]
    public void Words_are_lines_or_json(string text, string[] words) => Assert.Equal(words, WordFile.Read(Written("words", text), 6));

    [Theory]
    [InlineData("a\n", "has 1 words, and <PAD> <UNK> <SOS> <EOS> come before them, but the network has 6 ids")]
    [InlineData("a\n\n", "has 1 words")]
    [InlineData("\nb\n", ":1: an empty word")]
    [InlineData("{\"a\": 4, \"b\": 6}", "no word has id 5")]
    [InlineData("[1, 2]", "neither an array of words nor an object")]
    public void Words_that_do_not_fit_are_told(string text, string why) =>
        Assert.Contains(why, Assert.Throws<TwitchException>(() => WordFile.Read(Written("words", text), 6)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_that_holds_something_is_left_alone()
    {
        var refused = Assert.Throws<TwitchException>(() => ImportCommand.Run(Fixture("seed_tiny.pth"), Written("words.txt", Words), _folder));

        Assert.Contains("something is there already", refused.Message, StringComparison.Ordinal);
    }

    private static string Fixture(string name) => Path.Combine("Fixtures", "pth", name);

    private string Written(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
