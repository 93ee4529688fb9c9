using Twitch.Export;

namespace Twitch.Runtime.Tests;

/// <summary>A small bundle in a folder that goes away, exported by the real exporter.</summary>
public sealed class TinyBundle : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twitch-runtime-").FullName;

    private TinyBundle() => Folder = Path.Combine(_root, "bundle");

    /// <summary>Another folder with the same files, to be spoilt.</summary>
    public TinyBundle Copy()
    {
        var copy = new TinyBundle();
        Directory.CreateDirectory(copy.Folder);
        foreach (string file in Directory.EnumerateFiles(Folder))
            File.Copy(file, copy.PathOf(Path.GetFileName(file)));
        return copy;
    }

    public string Folder { get; }

    /// <summary>The network of seed_tiny.safetensors with PyTorch's outputs as its golden file; words are word4 … word28.</summary>
    public static TinyBundle SeedTiny(SamplingOptions? sampling = null, bool cuda = false)
    {
        ModelConfig config = ModelConfig.Published with { Frame = new FrameSpec(8, 8), VocabularySize = 29, EmbeddingSize = 12, HiddenSize = 16 };
        using SafeTensors stored = SafeTensors.Open("Fixtures/seed_tiny.safetensors");
        var bundle = new TinyBundle();
        AtomicFolder.Write(bundle.CheckpointFolder, partial =>
        {
            var weights = new SafeTensorsWriter();
            foreach (string name in stored.Tensors.Keys)
                weights.Add(name, stored.Read<float>(name).ToArray(), stored.Find(name).Shape);
            Checkpoint.Save(partial, config, Vocabulary.FromWords(Enumerable.Range(4, config.VocabularySize - 4).Select(id => $"word{id}")), weights);
        });
        bundle.Export(folder => WriteGolden(Path.Combine(folder, BundleManifest.GoldenFile), stored, config), sampling, options: new ExportOptions { Cuda = cuda });
        return bundle;
    }

    /// <summary>Sizes of a small network with eyes and ears.</summary>
    public static ModelConfig Small { get; } = ModelConfig.Standard with
    {
        Frame = new FrameSpec(16, 16), VocabularySize = 40, HiddenSize = 24, WindowSeconds = 3, Chat = ChatSpec.Standard, ProjectionSize = 12,
        Eyes = new EyesSpec("", "", new FrameSpec(16, 16), FeatureCount: 20),
        Ears = new EarsSpec("", "", SecondOfMel.StepCount, SecondOfMel.FilterCount, FeatureCount: 24),
    };

    /// <summary>Random weights of the default preset's shape, few of them, behind eyes and ears that cost nothing.</summary>
    public static TinyBundle Standard(bool cuda = false)
    {
        var bundle = new TinyBundle();
        UntrainedCheckpoint.Write(bundle.CheckpointFolder, Small, seed: 5);
        bundle.Export(_ => { }, null, cuda);
        return bundle;
    }

    /// <summary>Random weights of preset published's shape with a larger head; its hidden size is no whole number of blocks.</summary>
    public static TinyBundle Wide()
    {
        var bundle = new TinyBundle();
        UntrainedCheckpoint.Write(bundle.CheckpointFolder, ModelConfig.Published with { Frame = new FrameSpec(8, 8), VocabularySize = 700, EmbeddingSize = 12, HiddenSize = 200 }, seed: 6);
        bundle.Export(_ => { }, null);
        return bundle;
    }

    public CommentModel Open() => CommentModel.Open(Folder);

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Changes bundle.json, and the hashes in it to those of the files that are there.</summary>
    public void Rewrite(Func<BundleManifest, BundleManifest> change)
    {
        string path = PathOf(BundleManifest.FileName);
        BundleManifest manifest = JsonFile.Read(path, CoreJson.Default.BundleManifest) with { Files = FileManifest.Of(Folder, BundleManifest.FileName).Files };
        JsonFile.Write(path, change(manifest), CoreJson.Default.BundleManifest);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string CheckpointFolder => Path.Combine(_root, "checkpoint");

    private void Export(Action<string> addTo, SamplingOptions? sampling, bool cuda = false, ExportOptions? options = null)
    {
        using Checkpoint checkpoint = Checkpoint.Open(CheckpointFolder);
        AtomicFolder.Write(Folder, partial =>
        {
            options ??= new ExportOptions { Cuda = cuda };
            Exporter.WriteGraphs(checkpoint, partial, options);
            addTo(partial);
            Exporter.WriteManifest(checkpoint, partial, options, Exporter.Provenance(checkpoint), sampling ?? new SamplingOptions());
        });
    }

    private static void WriteGolden(string path, SafeTensors stored, ModelConfig config)
    {
        const int Batch = 2, Length = 12;
        using SafeTensors io = SafeTensors.Open("Fixtures/seed_tiny_io.safetensors");
        var golden = new SafeTensorsWriter();
        golden.Add("frames", io.Read<byte>("frames_u8").ToArray(), io.Find("frames_u8").Shape);
        golden.Add("tokens", io.Read<long>("tokens").ToArray(), io.Find("tokens").Shape);
        foreach ((string name, string theirs) in ((string, string)[])[("mel", "audio"), ("video_hidden", "video_h"), ("video_cell", "video_c"), ("audio_hidden", "audio_h"), ("audio_cell", "audio_c"), ("hidden", "fused_h"), ("cell", "fused_c"), ("logits", "logits"), ("next_hidden", "h_n"), ("next_cell", "c_n")])
            golden.Add(name, io.Read<float>(theirs).ToArray(), io.Find(theirs).Shape);

        // The fixture's own greedy ids are of a bare argmax, which may say <SOS>.
        var decoder = new PlainDecoder(stored, config.HiddenSize);
        var greedy = new List<long>();
        for (int row = 0; row < Batch; row++)
            greedy.AddRange(decoder.Greedy(io.Read<float>("fused_h").Slice(row * config.HiddenSize, config.HiddenSize), io.Read<float>("fused_c").Slice(row * config.HiddenSize, config.HiddenSize), Length));
        golden.Add("greedy", greedy.ToArray(), Batch, Length);
        golden.Save(path);
    }
}
