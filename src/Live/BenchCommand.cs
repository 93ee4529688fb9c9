using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary><c>twitch bench</c>: how fast a bundle is on this machine.</summary>
internal sealed class BenchCommand
{
    private readonly Option<string> _bundle = new("--bundle", "-b") { Description = "Folder that 'twitch-train export' made.", Required = true, HelpName = "folder" };
    private readonly Option<string> _provider = new Option<string>("--provider") { Description = "What runs the graphs; all measures each one that is there.", DefaultValueFactory = _ => "all" }
        .AcceptOnlyFromAmong("cpu", "cuda", "all");
    private readonly Option<int> _threads = new("--threads") { Description = "Threads within one operator.", DefaultValueFactory = _ => new RuntimeOptions().IntraOpThreads, HelpName = "n" };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Time for each of the six measurements of a provider and precision.", DefaultValueFactory = _ => 1.5, HelpName = "s" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object instead of tables." };

    private BenchCommand()
    {
    }

    public static Command Create() => new BenchCommand().Build();

    private Command Build()
    {
        var command = new Command("bench", "Measures how fast a bundle is on this machine, beside how fast its weights can be read.") { _bundle, _provider, _threads, _seconds, _json };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        double seconds = parsed.GetRequiredValue(_seconds);
        if (seconds is not (> 0 and <= 60))
            throw new TwitchException(string.Create(CultureInfo.InvariantCulture, $"--seconds is {seconds}; it must be in (0, 60]."), ExitCode.Usage);
        string provider = parsed.GetRequiredValue(_provider), folder = parsed.GetRequiredValue(_bundle);
        RuntimeOptions options = new RuntimeOptions { IntraOpThreads = parsed.GetRequiredValue(_threads) }.Validate();
        var bundle = Bundle.Open(folder);

        double? load = Load();    // before the measurement adds its own
        var reports = new List<SpeedReport>();
        var absent = new List<BenchAbsent>();
        foreach (ExecutionProvider candidate in Enum.GetValues<ExecutionProvider>())
        {
            RuntimeOptions here = options with { Provider = candidate };
            if (provider != "all" && provider != here.ProviderName)
                continue;
            try
            {
                foreach (string precision in Precisions(bundle, candidate))
                {
                    RuntimeOptions run = here with { Precision = RuntimeOptions.PrecisionOf(precision) };
                    error.WriteLine($"measuring {run.ProviderName} {run.PrecisionName} ...");
                    reports.Add(SpeedTest.Run(folder, run, TimeSpan.FromSeconds(seconds), cancellation));
                }
            }
            catch (TwitchException e) when (provider == "all" && candidate != ExecutionProvider.Cpu)
            {
                absent.Add(new BenchAbsent(here.ProviderName, e.Message));
            }
        }

        BenchEncode[] encode = [.. reports.Select(BenchEncode.Of)];
        var line = new BenchLine(
            new BenchMachine(Processor(), Environment.ProcessorCount, load, CommentModel.OnnxRuntimeVersion), options.IntraOpThreads,
            [.. reports.SelectMany(BenchDecode.Of)], encode, encode.FirstOrDefault()?.FirstTokenMs, encode.FirstOrDefault()?.OpenMs, encode.FirstOrDefault()?.RssMb, absent);
        if (parsed.GetValue(_json))
            output.WriteLine(JsonSerializer.Serialize(line, BenchJson.Default.BenchLine));
        else
            Print(line, output);
        return (int)ExitCode.Done;
    }

    // Of the decoder. Without any the provider is tried all the same: it says what is missing.
    private static IReadOnlyList<string> Precisions(Bundle bundle, ExecutionProvider provider) =>
        bundle.Precisions(BundleManifest.DecoderStepFile, onDevice: provider == ExecutionProvider.Cuda) is { Count: > 0 } there ? there : [GraphVariant.FullPrecision];

    private static void Print(BenchLine line, TextWriter output)
    {
        Write($"{line.Machine.Processor}, {line.Machine.Cores} cores, load {line.Machine.Load:0.0}, ONNX Runtime {line.Machine.OnnxRuntime}, threads {line.Threads}");
        output.WriteLine();
        Write($"{"provider",-9}{"precision",-10}{"open ms",9}{"window ms",11}{"second ms",11}{"first token ms",16}{"memory MB",11}");
        foreach (BenchEncode row in line.Encode)
            Write($"{row.Provider,-9}{row.Precision,-10}{row.OpenMs,9:0.0}{row.WindowMs,11:0.00}{row.SecondMs,11:0.00}{row.FirstTokenMs,16:0.00}{row.RssMb,11:0}");
        output.WriteLine();
        Write($"{"provider",-9}{"precision",-10}{"rows",6}{"tokens/s",11}{"of limit",10}{"p50 us",10}{"p95 us",10}{"p99 us",10}");
        foreach (BenchDecode row in line.Decode)
            Write($"{row.Provider,-9}{row.Precision,-10}{row.Batch,6}{row.TokensPerS,11:0}{(row.Batch == 1 && row.LimitTokensPerS is double limit ? $"{row.TokensPerS / limit:0.00}" : ""),10}{row.P50Us,10:0.0}{row.P95Us,10:0.0}{row.P99Us,10:0.0}");
        foreach (BenchAbsent provider in line.Absent)
            Write($"{provider.Provider}: absent: {provider.Reason}");

        void Write(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }

    private static string Processor() => Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";

    private static double? Load() => Lines("/proc/loadavg") is [string line, ..] ? double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture) : null;

    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}
