// Measures what the graphs cost on a GPU, the runtime left out: steps of the decoder in which no row changes, with and without CUDA graph
// capture, with everything they read and write lying on the device, and whole windows through the encoders, beside the processor. Bundles of
// random weights are made on the spot.
//
//   dotnet run benchmarks/cuda/cuda-steps.cs -p:Accelerator=cuda -- --out out/cuda
//
// --bundles standard,standard-chat,published,published-224 takes those sizes (with past chat; with frames of 64x64 and of 224x224); they stay in --out, for
// `twitch verify` and `twitch bench`. A folder NAME.golden beside them with golden.safetensors, made by `twitch-train export --untrained` of the
// same size and seed, becomes part of the bundle.
#:project ../../src/Export/Export.csproj
#:project ../../src/Runtime/Runtime.csproj
#:property PublishAot=true
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Twitch;
using Twitch.Export;
using Twitch.Runtime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Dictionary<string, string> given = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
string root = given.GetValueOrDefault("--out", Path.Combine(Path.GetTempPath(), "twitch-cuda"));
double seconds = double.Parse(given.GetValueOrDefault("--seconds", "0.4"), CultureInfo.InvariantCulture);
string[] names = given.GetValueOrDefault("--bundles", "standard,published").Split(',');
int[] batches = Counts("--rows", "1,4,16,64,256,1024"), windowCounts = Counts("--windows", "1,16,64");
NativeEnvironment.SetDefault("ORT_DISABLE_TELEMETRY", "1");
string[] providers = OrtEnv.Instance().GetAvailableProviders();
bool hasCuda = providers.Contains("CUDAExecutionProvider");
Console.WriteLine($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {string.Join(", ", providers)}; medians of {seconds} s each");
foreach (string name in names)
{
    // The published sizes with small frames, or as they are where that is asked for.
    ModelConfig config = name switch
    {
        "published" => ModelConfig.Published with { Frame = new FrameSpec(64, 64) },
        "published-224" => ModelConfig.Published,
        "standard-chat" => ModelConfig.Standard with { VocabularySize = 5000, Chat = ChatSpec.Standard },
        _ => ModelConfig.FromPreset(name) with { VocabularySize = 5000 },
    };
    string bundle = Write(name, config);
    Console.WriteLine($"\n{name}, decoder step: tokens/s (median us of a step)\n\n| rows | float32 | with a CUDA graph | float16 | with a CUDA graph |\n|---:|---:|---:|---:|---:|");
    foreach (int rows in batches)
    {
        IEnumerable<string> cells =
            from file in (string[])[BundleManifest.DecoderStepCudaFile, BundleManifest.DecoderStepFloat16File]
            from capture in (bool[])[false, true]
            select Cell(() => Steps(Path.Combine(bundle, file), rows, capture), rows, isThere: hasCuda);
        Console.WriteLine($"| {rows} | {string.Join(" | ", cells)} |");
    }
    Console.WriteLine($"\n{name}, encoders, windows of ten seconds: windows/s (median us)\n\n| windows | pictures, processor | CUDA | sound, processor | CUDA |\n|---:|---:|---:|---:|---:|");
    foreach (int windows in windowCounts)
    {
        IEnumerable<string> cells =
            from encoder in ((string File, long Steps)[])[(BundleManifest.VideoEncoderFile, config.WindowSeconds), (BundleManifest.AudioEncoderFile, MelSteps(config))]
            from cuda in (bool[])[false, true]
            select Cell(() => Windows(Path.Combine(bundle, encoder.File), windows, encoder.Steps, cuda), windows, isThere: hasCuda || !cuda);
        Console.WriteLine($"| {windows} | {string.Join(" | ", cells)} |");
    }
}
return 0;

int[] Counts(string name, string usual) => [.. given.GetValueOrDefault(name, usual).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

string Write(string name, ModelConfig config)
{
    string folder = Path.Combine(root, name), checkpointFolder = folder + ".checkpoint";
    if (Directory.Exists(folder))
        return folder;
    Directory.CreateDirectory(checkpointFolder);
    UntrainedCheckpoint.Write(checkpointFolder, config, seed: 1);
    using (Checkpoint checkpoint = Checkpoint.Open(checkpointFolder))
    {
        AtomicFolder.Write(folder, partial =>
        {
            if (Directory.Exists(folder + ".golden"))
                File.Copy(Path.Combine(folder + ".golden", BundleManifest.GoldenFile), Path.Combine(partial, BundleManifest.GoldenFile));
            Exporter.Write(checkpoint, partial, new ExportOptions { Cuda = true });
        });
    }
    Directory.Delete(checkpointFolder, recursive: true);
    return folder;
}

// What is not there is not measured on the processor under another's name.
string Cell(Func<double> measure, int rows, bool isThere)
{
    if (!isThere)
        return "absent";
    try
    {
        double median = measure();
        return $"{rows / median:#,0} ({median * 1e6:0})";
    }
    catch (OnnxRuntimeException e)
    {
        Console.Error.WriteLine(e.Message.Split('\n')[0]);
        return "failed";
    }
}

// Everything is bound once and lies on the device: what a step itself takes, and no more.
double Steps(string file, int rows, bool capture)
{
    using SessionOptions options = Options(cuda: true, capture);
    options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");    // a single node on the processor is an error
    return Median(file, options, onDevice: true, _ => rows);
}

double Windows(string file, int windows, long steps, bool cuda)
{
    using SessionOptions options = Options(cuda, capture: false);
    return Median(file, options, cuda, axis => axis == "time" ? steps : windows);
}

static long MelSteps(ModelConfig config) => (long)config.WindowSeconds * config.Mel.SampleRate / config.Mel.HopLength / config.MelStride * config.MelStride;

SessionOptions Options(bool cuda, bool capture)
{
    var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    if (!cuda)
        return options;
    using var provider = new OrtCUDAProviderOptions();
    provider.UpdateOptions(new Dictionary<string, string> { ["device_id"] = "0", ["use_tf32"] = "0", ["enable_cuda_graph"] = capture ? "1" : "0" });
    options.AppendExecutionProvider_CUDA(provider);
    return options;
}

double Median(string file, SessionOptions options, bool onDevice, Func<string, long> sizeOf)
{
    using var session = new InferenceSession(file, options);
    var owned = new List<IDisposable>();
    try
    {
        OrtAllocator allocator = OrtAllocator.DefaultInstance;
        if (onDevice)
        {
            var memory = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
            owned.Add(memory);
            allocator = new OrtAllocator(session, memory);
            owned.Add(allocator);
        }
        OrtIoBinding binding = session.CreateIoBinding();
        foreach ((string name, NodeMetadata input) in session.InputMetadata)
        {
            long[] shape = Shape(input);
            OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.ElementDataType, shape);
            owned.Add(value);
            value.GetTensorMutableRawData().Clear();    // token and row 0, states of zeros
            binding.BindInput(name, value);             // copied to the device, once
        }
        foreach ((string name, NodeMetadata output) in session.OutputMetadata)
        {
            long[] shape = Shape(output);
            OrtMemoryAllocation place = allocator.Allocate((uint)(shape.Aggregate(1L, (product, size) => product * size) * (output.ElementDataType == TensorElementType.Int64 ? 8 : 4)));
            owned.Add(place);
            binding.BindOutput(name, output.ElementDataType, shape, place);
        }
        owned.Add(binding);
        using var run = new RunOptions();
        for (int i = 0; i < 3; i++)
            session.RunWithBinding(run, binding);    // the second one is captured
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            long begin = Stopwatch.GetTimestamp();
            session.RunWithBinding(run, binding);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
    finally
    {
        for (int i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
    }

    long[] Shape(NodeMetadata value) => [.. value.Dimensions.Select((size, axis) => size >= 0 ? size : sizeOf(value.SymbolicDimensions[axis]))];
}
