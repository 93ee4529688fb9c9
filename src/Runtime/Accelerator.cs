using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Turns <see cref="RuntimeOptions"/> into ONNX Runtime's session options, or says why that cannot be.</summary>
internal static class Accelerator
{
    private static readonly Lock EnvironmentLock = new();

    /// <summary>ONNX Runtime's environment, one per process; all of this library's use of ONNX Runtime begins here.</summary>
    /// <remarks>The official builds tell their maker of the process, of models and of runs, beginning with this very call, and keep the machine's
    /// number and what is still to be sent under the user's cache. Here they are told not to before that, unless somebody set <c>ORT_DISABLE_TELEMETRY</c>
    /// otherwise. Its warnings (of GPUs that a machine does not have) are no concern of our users.</remarks>
    public static OrtEnv OrtEnvironment
    {
        get
        {
            lock (EnvironmentLock)
            {
                if (OrtEnv.IsCreated)
                    return OrtEnv.Instance();
                NativeEnvironment.SetDefault("ORT_DISABLE_TELEMETRY", "1");
                EnvironmentCreationOptions creation = new() { logId = "twitch", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
                OrtEnv created = OrtEnv.CreateInstanceWithOptions(ref creation);
                created.DisableTelemetryEvents();
                return created;
            }
        }
    }

    /// <summary>Session options of one graph; the caller disposes them.</summary>
    /// <param name="options">Provider and threads.</param>
    /// <param name="wholly">Whether every node must run on the provider: one left on the processor would move state across twice per token.</param>
    /// <exception cref="TwitchException">The provider cannot be had on this machine or in this build.</exception>
    public static SessionOptions SessionOptions(RuntimeOptions options, bool wholly)
    {
        // What is left as ONNX Runtime has it was measured (14 MB of weights, medians of a step, Zen 4):
        // - One thread has no pool, so nothing spins. More threads spin while they wait for the next operator: an idle machine's step takes
        //   0.6 times as long as without spinning; with 60 other programs on two processors neither helps, 1.05 ms with spinning and
        //   0.94 without, 1.12 with one thread. In int8 a second thread brings nothing.
        // - The arena stays on: a step is as fast without it, and so is one without a memory pattern.
        // - Prepacking stays on: without it a step takes 1.6 times as long.
        _ = OrtEnvironment;
        var session = new SessionOptions
        {
            IntraOpNumThreads = options.IntraOpThreads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            if (options.Provider == ExecutionProvider.Cuda)
            {
                AppendCuda(session, options.DeviceId);
                if (wholly)
                    session.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void AppendCuda(SessionOptions session, int deviceId)
    {
        const string Provider = "CUDAExecutionProvider";
        string[] available = OrtEnvironment.GetAvailableProviders();
        if (!available.Contains(Provider))
            throw new TwitchException($"--provider is cuda, but this build of ONNX Runtime has only {string.Join(", ", available)}; build the program with -p:Accelerator=cuda, or use --provider cpu.", ExitCode.Failed);
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = deviceId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["use_tf32"] = "0",    // ten bits of mantissa would not pass the golden check
            });
            session.AppendExecutionProvider_CUDA(cuda);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw CudaFailure.Of("CUDA cannot be used", e);
        }
    }
}
