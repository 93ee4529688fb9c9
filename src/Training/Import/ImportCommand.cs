using System.CommandLine;
using System.Globalization;

namespace Twitch.Training.Import;

/// <summary><c>twitch-train import</c>: makes a checkpoint of the published network's PyTorch weights.</summary>
internal static class ImportCommand
{
    private const string VideoInput = "video_encoder.lstm.weight_ih_l0", VideoState = "video_encoder.lstm.weight_hh_l0", AudioInput = "audio_encoder.lstm.weight_ih_l0", Embedding = "decoder.embedding.weight";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("import", "Make a checkpoint of weights that PyTorch saved, with the published network's names; it exports like one that was trained here");
        var pth = new Option<string>("--pth") { Description = "State dict of the network: torch.save(model.state_dict(), path)", Required = true, HelpName = "FILE" };
        var words = new Option<string>("--words") { Description = "Its words in the order of their ids: one a line, or JSON", Required = true, HelpName = "FILE" };
        var output = new Option<string>("--out") { Description = "Folder for the checkpoint; empty or not there yet", Required = true, HelpName = "DIR" };
        command.Options.Add(pth);
        command.Options.Add(words);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(output)!;
            ModelConfig config = Run(parsed.GetValue(pth)!, parsed.GetValue(words)!, folder);
            parsed.InvocationConfiguration.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Imported preset {config.Preset}: frames {config.Frame.Height}×{config.Frame.Width}, hidden {config.HiddenSize}, {config.VocabularySize} words; 'twitch-train export --checkpoint {folder} --out DIR' makes a bundle of it."));
            parsed.InvocationConfiguration.Output.WriteLine(folder);
            return 0;
        });
        return command;
    }

    /// <summary>Writes the checkpoint.</summary>
    /// <param name="pth">PyTorch's file.</param>
    /// <param name="words">The words' file.</param>
    /// <param name="folder">The checkpoint's place.</param>
    /// <returns>The sizes, as the tensors' shapes tell them.</returns>
    /// <exception cref="TwitchException">A file cannot be used, or the folder holds something.</exception>
    public static ModelConfig Run(string pth, string words, string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new TwitchException($"{folder}: something is there already; give --out a folder that is empty or not there yet.");
        using PthFile file = PthFile.Open(pth);
        ModelConfig config = Sizes(file, pth);
        CheckShapes(file, config, pth);
        Vocabulary vocabulary = Vocabulary.FromWords(WordFile.Read(words, config.VocabularySize));
        var weights = new SafeTensorsWriter();
        foreach (ParameterShape parameter in config.Parameters())
            weights.Add(parameter.Name, TensorType.F32, parameter.Shape, stream => file.CopyTo(stream, parameter.Name));
        AtomicFolder.Write(folder, partial => Checkpoint.Save(partial, config, vocabulary, weights));
        return config;
    }

    private static ModelConfig Sizes(PthFile file, string pth)
    {
        int inputs = Size(VideoInput, 1), pixels = inputs / FrameSpec.Channels, side = (int)Math.Round(Math.Sqrt(pixels));
        if (inputs % FrameSpec.Channels != 0 || side * side != pixels)
            throw new TwitchException($"{pth}: '{VideoInput}' takes {inputs} numbers, which is no square picture of {FrameSpec.Channels} channels; only the published network's weights are imported.");
        return (ModelConfig.Published with
        {
            Frame = new FrameSpec(side, side),
            Mel = ModelConfig.Published.Mel with { MelCount = Size(AudioInput, 1) },
            HiddenSize = Size(VideoState, 1),
            VocabularySize = Size(Embedding, 0),
            EmbeddingSize = Size(Embedding, 1),
        }).Validate(pth);

        int Size(string name, int dimension) => file.Tensors.TryGetValue(name, out PickledTensor? tensor) && tensor.Shape is [var rows, var columns] && (dimension == 0 ? rows : columns) is <= int.MaxValue and var size
            ? (int)size
            : throw new TwitchException($"{pth}: no tensor '{name}' of two dimensions is in it ({Names(file)}); only the published network's weights, under its names, are imported.");
    }

    private static void CheckShapes(PthFile file, ModelConfig config, string pth)
    {
        HashSet<string> expected = [];
        foreach (ParameterShape parameter in config.Parameters())
        {
            expected.Add(parameter.Name);
            if (!file.Tensors.TryGetValue(parameter.Name, out PickledTensor? tensor))
                throw new TwitchException($"{pth}: tensor '{parameter.Name}' is missing ({Names(file)}); give the whole state dict.");
            if (!tensor.Shape.AsSpan().SequenceEqual(parameter.Shape))
                throw new TwitchException($"{pth}: tensor '{parameter.Name}' has shape [{string.Join(", ", tensor.Shape)}], but [{string.Join(", ", parameter.Shape)}] fits the others; give the state dict of one network.");
        }

        if (file.Tensors.Keys.FirstOrDefault(name => !expected.Contains(name)) is { } extra)
            throw new TwitchException($"{pth}: tensor '{CommentText.Clean(extra)}' is not part of the published network; give the state dict of that network alone.");
    }

    private static string Names(PthFile file) => $"it holds {file.Tensors.Count}: {string.Join(", ", file.Tensors.Keys.Take(3).Select(CommentText.Clean))}{(file.Tensors.Count > 3 ? " …" : "")}";
}
