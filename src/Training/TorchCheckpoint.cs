using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>State dicts to and from safetensors, by name.</summary>
public static class TorchCheckpoint
{
    private const int ChunkElements = 1 << 26;    // 256 MB of float32: a span's bytes must fit an int

    /// <summary>Builds the network of a checkpoint. It does not need the checkpoint afterwards.</summary>
    /// <param name="checkpoint">Config and weights.</param>
    /// <param name="device">Where the network shall be.</param>
    /// <returns>The network in evaluation mode (no dropout).</returns>
    public static CommentModel Load(Checkpoint checkpoint, Device device)
    {
        var model = new CommentModel(checkpoint.Config);
        Read(checkpoint.Weights, StateDict(model));
        model.eval();
        return model.to(device);
    }

    /// <summary>The tensors of a network by name: exactly those of <see cref="ModelConfig.Parameters"/>, in that order.</summary>
    /// <remarks>They are the network's own: writing to one changes it.</remarks>
    public static IReadOnlyList<(string Name, Tensor Value)> StateDict(CommentModel model)
    {
        Dictionary<string, Tensor> tensors = model.state_dict();
        return [.. model.Config.Parameters().Select(parameter => (parameter.Name, tensors[parameter.Name]))];
    }

    /// <summary>Copies a file's tensors into tensors of the same names.</summary>
    /// <exception cref="TwitchException">One is missing, or of another shape.</exception>
    public static void Read(SafeTensors file, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach ((string name, Tensor value) in tensors)
        {
            TensorInfo info = file.Find(name);
            if (!info.Shape.AsSpan().SequenceEqual(value.shape))
                throw new TwitchException($"{file.Path} (offset {info.Offset}): tensor '{name}' has shape [{string.Join(", ", info.Shape)}], but [{string.Join(", ", value.shape)}] is needed; use the files saved together.");
            ReadOnlySpan<float> source = file.Read<float>(name);
            Tensor flat = value.view(-1);
            for (int first = 0; first < source.Length; first += ChunkElements)
            {
                ReadOnlySpan<float> chunk = source[first..Math.Min(source.Length, first + ChunkElements)];
                Tensor part = flat.narrow(0, first, chunk.Length);
                if (part.device_type == DeviceType.CPU)
                    MemoryMarshal.AsBytes(chunk).CopyTo(part.bytes);
                else
                    part.copy_(tensor(chunk.ToArray()));
            }
        }
    }

    /// <summary>Writes float32 tensors to a file.</summary>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var writer = new SafeTensorsWriter();
        foreach ((string name, Tensor value) in tensors)
        {
            writer.Add(name, TensorType.F32, value.shape, stream =>
            {
                using var scope = NewDisposeScope();
                Tensor flat = value.detach().contiguous().view(-1);
                for (long first = 0; first < flat.shape[0]; first += ChunkElements)
                    stream.Write(flat.narrow(0, first, Math.Min(ChunkElements, flat.shape[0] - first)).cpu().bytes);
            });
        }
        writer.Save(path);
    }

    /// <summary>The device of that name: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="TwitchException">There is no such device; the message says why.</exception>
    public static Device OpenDevice(string name)
    {
        if (name == "cpu")
            return CPU;
        int index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out index) && index >= 0))
            throw new TwitchException($"--device is '{name}'; it must be cpu, cuda or cuda:N.", ExitCode.Usage);
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch_cuda.so")))
            throw new TwitchException($"--device {name}: this build of twitch-train holds libtorch for the CPU alone; build it with -p:Accelerator=cuda, or use --device cpu.", ExitCode.Failed);
        if (!TryInitializeDeviceType(DeviceType.CUDA) || !cuda.is_available())
            throw new TwitchException($"--device {name}: libtorch finds no CUDA device; check that nvidia-smi lists one and that -p:Accelerator=cuda matches its driver, or use --device cpu.", ExitCode.Failed);
        if (index >= cuda.device_count())
            throw new TwitchException($"--device {name}: there are {cuda.device_count()} CUDA devices, counted from 0; use one of them.", ExitCode.Usage);
        return device(DeviceType.CUDA, index);
    }
}
