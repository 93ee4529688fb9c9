namespace Twitch.Runtime;

/// <summary>How a model is run. Immutable; change it with <c>with</c>.</summary>
public sealed record RuntimeOptions
{
    /// <summary>What runs the graphs; if it cannot be had, opening fails and nothing else is tried.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>In which numbers the decoder step computes; a bundle that does not have it is refused.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Whether the decoder's state stays on the device from step to step, and only the most likely tokens leave it. Always so on CUDA and
    /// in float16; on a processor it brings nothing and is for checks. A bundle that was exported without it is refused.</summary>
    public bool OnDevice { get => field || Provider == ExecutionProvider.Cuda || Precision == Precision.Float16; init; }

    /// <summary>Number of the GPU, from 0; the processor has none.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads that share the work inside one operator, in [1, 256]. A token's work is small and threads that share a
    /// model run side by side, so one is the default.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Words that are never said.</summary>
    public BannedWords BannedWords { get; init; } = BannedWords.Default;

    /// <summary>The provider as the command line spells it.</summary>
    public string ProviderName => Provider == ExecutionProvider.Cuda ? "cuda" : "cpu";

    /// <summary>The precision as the command line and <c>bundle.json</c> spell it.</summary>
    public string PrecisionName => NameOf(Precision);

    /// <summary>A precision as the command line and <c>bundle.json</c> spell it.</summary>
    public static string NameOf(Precision precision) => precision switch
    {
        Precision.Int8 => GraphVariant.EightBit,
        Precision.Float16 => GraphVariant.HalfPrecision,
        _ => GraphVariant.FullPrecision,
    };

    /// <summary>The precision of a name.</summary>
    /// <param name="name">As the command line and <c>bundle.json</c> spell it.</param>
    public static Precision PrecisionOf(string name) => Enum.GetValues<Precision>().First(precision => NameOf(precision) == name);

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public RuntimeOptions Validate()
    {
        if (!Enum.IsDefined(Provider))
            throw new TwitchException($"--provider is {Provider}; it must be cpu or cuda.", ExitCode.Usage);
        if (!Enum.IsDefined(Precision))
            throw new TwitchException($"--precision is {Precision}; it must be float32, float16 or int8.", ExitCode.Usage);
        if (DeviceId < 0)
            throw new TwitchException($"the GPU's number is {DeviceId}; it must be 0 or more.", ExitCode.Usage);
        if (IntraOpThreads is < 1 or > 256)
            throw new TwitchException($"--threads is {IntraOpThreads}; it must be in [1, 256].", ExitCode.Usage);
        return this;
    }
}
