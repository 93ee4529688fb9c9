using System.Text.Json.Serialization;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>Where it was measured.</summary>
/// <param name="Processor">Name of the processor.</param>
/// <param name="Cores">Processors that the program may use.</param>
/// <param name="Load">Programs that wanted to run, a mean of the last minute, before the measurement.</param>
/// <param name="OnnxRuntime">Version of ONNX Runtime.</param>
internal sealed record BenchMachine(string Processor, int Cores, double? Load, string OnnxRuntime);

/// <summary>One number of rows, one provider, one precision; times of a step in microseconds.</summary>
internal sealed record BenchDecode(string Provider, string Precision, int Batch, double TokensPerS, double? LimitTokensPerS, double P50Us, double P95Us, double P99Us)
{
    public static IEnumerable<BenchDecode> Of(SpeedReport report) => report.Decode.Select(speed => new BenchDecode(
        report.Options.ProviderName, report.Options.PrecisionName, speed.Rows, Math.Round(speed.TokensPerSecond), speed.LimitTokensPerSecond is double limit ? Math.Round(limit) : null,
        Round(speed.P50), Round(speed.P95), Round(speed.P99)));

    private static double Round(TimeSpan time) => Math.Round(time.TotalMicroseconds, 1);
}

/// <summary>What comes before the second token, for one provider and precision; times in milliseconds.</summary>
internal sealed record BenchEncode(string Provider, string Precision, double OpenMs, double WindowMs, double SecondMs, double FirstTokenMs, double RssMb)
{
    public static BenchEncode Of(SpeedReport report) => new(
        report.Options.ProviderName, report.Options.PrecisionName, Round(report.Open), Round(report.Window), Round(report.Second), Round(report.FirstToken),
        Math.Round(report.ResidentBytes / 1e6, 1));

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

/// <summary>A provider that was not measured.</summary>
internal sealed record BenchAbsent(string Provider, string Reason);

/// <summary>What <c>bench --json</c> says.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Threads">Threads within one operator.</param>
/// <param name="Decode">Tokens.</param>
/// <param name="Encode">What comes before them.</param>
/// <param name="FirstTokenMs">Of the first provider and precision.</param>
/// <param name="OpenMs">Of the first provider and precision.</param>
/// <param name="RssMb">Of the first provider and precision: those after it share the process.</param>
/// <param name="Absent">Providers that cannot be had here.</param>
internal sealed record BenchLine(
    BenchMachine Machine, int Threads, IReadOnlyList<BenchDecode> Decode, IReadOnlyList<BenchEncode> Encode, double? FirstTokenMs, double? OpenMs, double? RssMb, IReadOnlyList<BenchAbsent> Absent);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchLine))]
internal sealed partial class BenchJson : JsonSerializerContext;
