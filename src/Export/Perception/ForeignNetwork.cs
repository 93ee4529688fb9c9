using Twitch.Onnx;

namespace Twitch.Export.Perception;

/// <summary>An image or audio network that somebody else trained, as eyes or ears.</summary>
internal static class ForeignNetwork
{
    private const string Batch = "batch";

    /// <summary>A graph as <see cref="EyesGraph"/> describes it around an image network.</summary>
    /// <param name="path">Its file: one input, [batch, 3, height, width] or [batch, height, width, 3], of float32, float16 or bytes.</param>
    /// <param name="options">Which value are its features, how it wants pixels, and their number where it leaves that open.</param>
    /// <exception cref="TwitchException">It has no such input or output.</exception>
    public static Model Eyes(string path, PerceptionOptions options) => Read(path, "--eyes", file =>
    {
        ValueInfo input = OnlyInput(file, "an image network's one input, [batch, 3, height, width] or [batch, height, width, 3]");
        if (input.Shape is not { Count: 4 } shape || !(IsColour(shape[1]) || IsColour(shape[3])))
            throw new InvalidDataException($"{path} takes {input}; [batch, 3, height, width] or [batch, height, width, 3] is needed.");
        bool channelsFirst = IsColour(shape[1]);
        (Dimension height, Dimension width) = channelsFirst ? (shape[2], shape[3]) : (shape[1], shape[2]);
        long Size(Dimension dim) => dim.Name is null ? dim.Size : options.FrameSize;

        var g = new Graph("frame_features", $"Frames to the features that {Path.GetFileName(path)} has of each.");
        Value frames = g.Input(EyesGraph.Input, ElementType.U8, Batch, Size(height), Size(width), FrameSpec.Channels);
        Value ordered = channelsFirst ? g.Transpose(frames, 0, 3, 1, 2) : frames;
        Value pixels = Scaled(g, ordered, input, channelsFirst, options.EyesScaling, path);
        return g.Build((EyesGraph.Output, Features(g, file, input, pixels, options.EyesOutput, channelsFirst)));
    });

    /// <summary>A graph as <see cref="EarsGraph"/> describes it around an audio network.</summary>
    /// <param name="path">Its file: one input of float32 or float16, [batch, steps, filters], perhaps with a channel of 1 before or behind both.</param>
    /// <param name="options">Which value are its features.</param>
    /// <exception cref="TwitchException">It has no such input or output.</exception>
    public static Model Ears(string path, PerceptionOptions options) => Read(path, "--ears", file =>
    {
        string needed = $"[batch, {SecondOfMel.StepCount}, {SecondOfMel.FilterCount}] log-mel, or that with a channel of 1";
        ValueInfo input = OnlyInput(file, needed);
        Dimension[] shape = [.. (input.Shape ?? []).Skip(1)];
        int channel = shape.Length == 3 ? Array.IndexOf(shape, (Dimension)1) : -1;
        Dimension[] plane = [.. shape.Where((_, i) => i != channel)];
        if (plane.Length != 2 || !Takes(plane[0], SecondOfMel.StepCount) || !Takes(plane[1], SecondOfMel.FilterCount))
            throw new InvalidDataException($"{path} takes {input}; {needed} is needed.");

        var g = new Graph("sound_features", $"The log-mel of a second to the features that {Path.GetFileName(path)} has of it.");
        Value mel = g.Input(EarsGraph.Input, ElementType.F32, Batch, SecondOfMel.StepCount, SecondOfMel.FilterCount);
        Value given = channel < 0 ? mel : g.Unsqueeze(mel, channel + 1);
        return g.Build((EarsGraph.Output, Features(g, file, input, OfType(g, given, input, path), options.EarsOutput, channelsFirst: channel != 2)));

        static bool Takes(Dimension dim, long size) => dim.Name is not null || dim == size;
    });

    private static Model Read(string path, string option, Func<ModelFile, Model> build)
    {
        try
        {
            return build(ModelFile.Load(path));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException)
        {
            throw new TwitchException($"{option}: {e.Message}", ExitCode.BadInput, e);
        }
    }

    private static ValueInfo OnlyInput(ModelFile file, string needed) => file.Inputs is [var input]
        ? input
        : throw new InvalidDataException($"{file.Path} takes {string.Join(", ", file.Inputs)}; {needed} is needed.");

    private static bool IsColour(Dimension dim) => dim == FrameSpec.Channels;

    private static Value Scaled(Graph g, Value bytes, ValueInfo input, bool channelsFirst, PixelScaling scaling, string path)
    {
        if (input.Type == "u8")
            return scaling is PixelScaling.Automatic or PixelScaling.Bytes ? bytes : throw new InvalidDataException($"{path} takes bytes; its pixels cannot be scaled to {scaling}.");
        Value pixels = g.Cast(bytes, ElementType.F32);
        if (scaling == PixelScaling.Unit)
            pixels = g.Mul(pixels, g.Constant([1 / 255f]));
        if (scaling is PixelScaling.Automatic or PixelScaling.ImageNet)
        {
            Dimension[] perChannel = channelsFirst ? [FrameSpec.Channels, 1, 1] : [FrameSpec.Channels];
            float[] scale = [.. FrameSpec.Deviation.ToArray().Select(deviation => (float)(1 / (255.0 * deviation)))];
            float[] offset = [.. FrameSpec.Mean.ToArray().Zip(FrameSpec.Deviation.ToArray(), (mean, deviation) => (float)(-(double)mean / deviation))];
            pixels = g.Add(g.Mul(pixels, g.Constant(scale, perChannel)), g.Constant(offset, perChannel));
        }
        return OfType(g, pixels, input, path);
    }

    private static Value OfType(Graph g, Value x, ValueInfo input, string path) => input.Type switch
    {
        "f32" => x,
        "f16" => g.Cast(x, ElementType.F16),
        _ => throw new InvalidDataException($"{path} takes {input}; f32 or f16 is needed."),
    };

    // One vector for each of the batch: what has places or tokens besides is averaged over them.
    private static Value Features(Graph g, ModelFile file, ValueInfo input, Value x, string? output, bool channelsFirst)
    {
        Value features = g.Include(file, "network", new Dictionary<string, Value> { [input.Name] = x }, output ?? file.Outputs[0].Name)[0];
        if (features.Type is not (ElementType.F32 or ElementType.F16 or ElementType.F64))
            throw new InvalidDataException($"{file.Path}: '{output ?? file.Outputs[0].Name}' is {features}; floating point numbers are needed.");
        if (features.Type != ElementType.F32)
            features = g.Cast(features, ElementType.F32);
        if (features.Rank == 4)    // [batch, channels, height, width], or [batch, height, width, channels]
            features = channelsFirst ? g.ReduceMean(g.ReduceMean(features, axis: 3), axis: 2) : g.ReduceMean(g.ReduceMean(features, axis: 2), axis: 1);
        else if (features.Rank == 3)    // [batch, tokens, channels]
            features = g.ReduceMean(features, axis: 1);
        if (features.Rank is < 2 or > 4 || features.Shape[0] != Batch || features.Shape.Skip(1).Any(dim => dim.Name is not null))
            throw new InvalidDataException($"{file.Path}: '{output ?? file.Outputs[0].Name}' is {features}; [batch, features], [batch, tokens, features] or [batch, features, height, width] as its input has it is needed.");
        return g.Reshape(features, Batch, features.Shape.Skip(1).Aggregate(1L, (product, dim) => product * dim.Size));
    }
}
