using System.Security.Cryptography;
using Twitch.Onnx;
using Twitch.Onnx.Quantization;

namespace Twitch.Export.Perception;

/// <summary>Writes the graphs of frozen eyes and ears.</summary>
public static class PerceptionFiles
{
    /// <summary>File names in the folder: both graphs, the large weights of both, and the licences of what they were made of.</summary>
    public const string EyesFile = "frame_features.onnx", EarsFile = "sound_features.onnx", WeightsFile = "perception.data", NoticesFile = "perception.licences.txt";

    /// <summary>The files that <see cref="Write"/> makes.</summary>
    public static IReadOnlyList<string> All { get; } = [EyesFile, EarsFile, WeightsFile, NoticesFile];

    /// <summary>Writes both graphs into a folder that exists. The same networks and options give the same bytes.</summary>
    /// <param name="folder">Where the files of <see cref="All"/> are made.</param>
    /// <param name="options">Which networks, and in what precision.</param>
    /// <exception cref="TwitchException">A network cannot be read, or cannot be used so; the message says what it takes and gives.</exception>
    public static (EyesSpec Eyes, EarsSpec Ears) Write(string folder, PerceptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ResNet18Files? resnet = options.EyesFile is null || options.EarsFile is null ? ResNet18Files.Open(options.ResNet18Folder) : null;
        Model eyes = options.EyesFile is { } eyesFile
            ? Light(ForeignNetwork.Eyes(eyesFile, options), options.Precision)
            : InPrecision(EyesGraph.Of(resnet!), options, ResNet18Files.EyesStatisticsFile, ResNet18Files.EarsStatisticsFile);
        Model ears = options.EarsFile is { } earsFile
            ? Light(ForeignNetwork.Ears(earsFile, options), options.Precision)
            : InPrecision(EarsGraph.Of(resnet!), options, ResNet18Files.EarsStatisticsFile, ResNet18Files.EyesStatisticsFile);

        var producer = new Producer(Exporter.ProducerName, Exporter.ProducerVersion);
        using (var weights = new SharedWeights(Path.Combine(folder, WeightsFile)))
        {
            eyes.Save(Path.Combine(folder, EyesFile), weights, producer);
            ears.Save(Path.Combine(folder, EarsFile), weights, producer);
        }
        File.WriteAllText(Path.Combine(folder, NoticesFile), Notices(options, resnet));
        return (SpecOfEyes(folder, eyes, options), SpecOfEars(folder, ears, options));
    }

    // Each knows of the other what was seen, so that both have the same weights in eight bits, and the file holds them once.
    private static Model InPrecision(Model model, PerceptionOptions options, string statisticsFile, string othersFile) => options.Precision == PerceptionPrecision.Int8
        ? model.Quantize(StatisticsFile.Read(Path.Combine(options.ResNet18Folder, statisticsFile)), StatisticsFile.Read(Path.Combine(options.ResNet18Folder, othersFile))).WithFloat16Constants()
        : Light(model, options.Precision);

    private static Model Light(Model model, PerceptionPrecision precision) => precision == PerceptionPrecision.Float32 ? model : model.WithFloat16Constants();

    private static EyesSpec SpecOfEyes(string folder, Model model, PerceptionOptions options)
    {
        IReadOnlyList<Dimension> frames = model.Inputs[0].Shape!;
        var frame = new FrameSpec((int)frames[1].Size, (int)frames[2].Size);
        return new EyesSpec(NameOf(options.EyesFile, options.Precision), HashOf(folder, EyesFile), frame, (int)model.Outputs[0].Shape![1].Size);
    }

    private static EarsSpec SpecOfEars(string folder, Model model, PerceptionOptions options)
    {
        IReadOnlyList<Dimension> mel = model.Inputs[0].Shape!;
        return new EarsSpec(NameOf(options.EarsFile, options.Precision), HashOf(folder, EarsFile), (int)mel[1].Size, (int)mel[2].Size, (int)model.Outputs[0].Shape![1].Size);
    }

    private static string NameOf(string? file, PerceptionPrecision precision) => file is null
        ? $"ResNet-18 ({precision.ToString().ToLowerInvariant()})"
        : Path.GetFileNameWithoutExtension(file);

    // Of the graph and of the weights' file behind it.
    private static string HashOf(string folder, string file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in (string[])[file, WeightsFile])
            hash.AppendData(File.ReadAllBytes(Path.Combine(folder, part)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Notices(PerceptionOptions options, ResNet18Files? resnet)
    {
        string default_ = resnet is null ? "" : $"""
            The network of {(options.EyesFile is null ? options.EarsFile is null ? $"{EyesFile} and {EarsFile}" : EyesFile : EarsFile)} is the ResNet-18 of package Microsoft.ML.DnnImageFeaturizer.ResNet18:

            {resnet.Licence.Trim()}

            """;
        string[] others = [.. ((string?, string)[])[(options.EyesFile, EyesFile), (options.EarsFile, EarsFile)] is var pairs
            ? pairs.Where(pair => pair.Item1 is not null).Select(pair => $"{pair.Item2} was made of {Path.GetFileName(pair.Item1)}; whoever gave that file knows its licence.\n") : []];
        return default_ + string.Concat(others);
    }
}
