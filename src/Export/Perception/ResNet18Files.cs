using Twitch.Onnx;

namespace Twitch.Export.Perception;

/// <summary>The files of package <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>: a ResNet-18 that was trained on ImageNet, and what is done to a picture before.</summary>
public sealed class ResNet18Files
{
    /// <summary>Rows and columns of its pictures, numbers that its last stage gives for one, and channels of its second stage.</summary>
    public const int Size = 224, FeatureCount = 512, SecondStageCount = 128;

    /// <summary>File names in the folder: the package's, and what was seen of the network's values over many pictures and sounds.</summary>
    public const string NetworkFile = "ResNet18.onnx", PreprocessingFile = "ResNetPreprocess.onnx", LicenceFile = "LICENSE",
        EyesStatisticsFile = "eyes.safetensors", EarsStatisticsFile = "ears.safetensors";

    // Where 128 channels of 28 × 28 places leave the second of four stages.
    private const string SecondStage = "ReLU315_Output_0";

    private ResNet18Files(string folder, ModelFile network, ModelFile preprocessing) => (Folder, Network, Preprocessing) = (folder, network, preprocessing);

    /// <summary>The folder beside the program that the build copies the files to.</summary>
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "ResNet18");

    /// <summary>Where the files lie.</summary>
    public string Folder { get; }

    /// <summary>The licence that the files come under, with its copyright notice.</summary>
    public string Licence => File.ReadAllText(Path.Combine(Folder, LicenceFile));

    /// <summary>Pictures less a mean picture, blue, green, red, to features.</summary>
    internal ModelFile Network { get; }

    /// <summary>Pictures of 0 to 255, red, green, blue, to what the network takes.</summary>
    internal ModelFile Preprocessing { get; }

    /// <summary>Reads both files.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <exception cref="TwitchException">A file is missing or damaged.</exception>
    public static ResNet18Files Open(string folder)
    {
        try
        {
            return new ResNet18Files(folder, ModelFile.Load(Path.Combine(folder, NetworkFile)), ModelFile.Load(Path.Combine(folder, PreprocessingFile)));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new TwitchException($"{folder} does not hold ResNet-18: {e.Message.TrimEnd('.')}; build src/Training again, which copies {NetworkFile} and {PreprocessingFile} there.", inner: e);
        }
    }

    /// <summary>Adds the preprocessing to a graph.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="pixels">[batch, 3, 224, 224] f32, red, green, blue of 0 to 255.</param>
    internal Value Prepare(Graph g, Value pixels) => g.Include(Preprocessing, "preprocess", Given(Preprocessing, pixels), Preprocessing.Outputs[0].Name)[0];

    /// <summary>Adds the network to a graph.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="prepared">What <see cref="Prepare"/> gives.</param>
    /// <returns>The means of the last stage, [batch, 512, 1, 1], and what the second stage sees in each of 28 × 28 places, [batch, 128, 28, 28].</returns>
    internal (Value Means, Value SecondStage) Run(Graph g, Value prepared)
    {
        Value[] values = g.Include(Network, "resnet18", Given(Network, prepared), Network.Outputs[0].Name, SecondStage);
        return (values[0], values[1]);
    }

    private static Dictionary<string, Value> Given(ModelFile file, Value input) => new() { [file.Inputs[0].Name] = input };
}
