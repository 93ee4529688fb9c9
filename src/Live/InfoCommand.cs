using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Twitch.Live;

/// <summary><c>twitch info</c>: what a bundle is.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var bundle = new Option<string>("--bundle", "-b") { Description = "Folder that 'twitch-train export' made.", Required = true, HelpName = "folder" };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a page." };
        var command = new Command("info", "Says what a bundle is: sizes, origin, graphs, files, sampling defaults.") { bundle, json };
        command.SetAction(parsed =>
        {
            Bundle opened = Bundle.Open(parsed.GetRequiredValue(bundle));
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(new InfoLine(opened.Folder, ParameterCount(opened), Bytes(opened), opened.Manifest), LiveJson.Readable.InfoLine));
            else
                Print(opened, output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static void Print(Bundle bundle, TextWriter output)
    {
        ModelConfig config = bundle.Config;
        Provenance origin = bundle.Manifest.Provenance;
        SamplingOptions sampling = bundle.Manifest.Sampling;

        Line("bundle", $"{bundle.Folder}, {Size(Bytes(bundle))} in {bundle.Manifest.Files.Count + 1} files");
        Line("preset", config.Preset);
        Line("parameters", $"{ParameterCount(bundle):N0}");
        Line("frames", $"{config.Frame}, one a second, {config.WindowSeconds} s before a comment");
        Line("sound", $"{config.Mel.SampleRate} Hz, {config.Mel.MelCount} mel filters every {1000.0 * config.Mel.HopLength / config.Mel.SampleRate:0.#} ms, {config.MelStride} steps at a time");
        Line("network", $"hidden {config.HiddenSize}, embedding {config.EmbeddingSize}, video input {config.VideoInputSize}, audio input {config.AudioInputSize}");
        Line("past chat", config.Chat is ChatSpec chat ? $"the last {chat.CommentCount} comments, {chat.WordCount} words of each" : "not read");
        Line("rate", config.RateSize > 0 ? "says when people comment" : "does not say when people comment");
        Line("vocabulary", $"{(bundle.Vocabulary.HasSubwords ? $"{bundle.Vocabulary.WordCount} words and {bundle.Vocabulary.Count - bundle.Vocabulary.WordCount} pieces" : $"{bundle.Vocabulary.Count} words")}: {string.Join(' ', bundle.Vocabulary.Words.Skip(Vocabulary.SpecialCount).Take(8))} …");
        Line("trained", origin.Epoch is int epoch ? $"epoch {epoch}, validation perplexity {origin.ValidationPerplexity:0.00}" : "not here");
        Line("exported", $"{origin.Created:yyyy-MM-dd HH:mm:ss}Z by {origin.Exporter}{(origin.MaxDifference is double most ? $", largest |torch − onnx| {most:0.0e+0}" : "")}");
        Line("weights", $"SHA-256 {origin.ModelSha256}");
        Line("sampling", $"temperature {sampling.Temperature}, top-k {sampling.TopK}, top-p {sampling.TopP}, min-p {sampling.MinP}, repetition penalty {sampling.RepetitionPenalty}, no-repeat n-gram {sampling.NoRepeatNgram}, length {sampling.MinLength} to {sampling.MaxLength}, seed {sampling.Seed}");
        if (bundle.Manifest.Fitted is { } fitted)
            Line("fitted to", $"people: {fitted.People.Describe()}; so drawn: {fitted.Network.Describe()}");
        if (bundle.BlockedRuns is { } blocked)
            Line("not said", $"{blocked.Count} runs of {blocked.Length} words that fewer than {blocked.MinAuthors} people used ({blocked.Size / 1000.0:0.0} kB; one in {BlockedRuns.FalsePositives} others is taken for one)");

        Line("precisions", string.Join(", ", bundle.Precisions(BundleManifest.DecoderStepFile)));
        Line("for cuda", bundle.Precisions(BundleManifest.DecoderStepFile, onDevice: true) is { Count: > 0 } there ? string.Join(", ", there) : "not exported");
        foreach (GraphVariant variant in (bundle.Manifest.Variants ?? []).Where(variant => variant.Precision != GraphVariant.FullPrecision))
            Line(variant.LeastRows > 1 ? $"{variant.Precision} batch" : variant.Precision, variant.Cost is VariantCost cost ? Describe(cost) : "its cost was not measured");

        foreach (GraphEntry graph in bundle.Manifest.Graphs)
        {
            output.WriteLine(graph.File);
            output.WriteLine($"  in   {string.Join("  ", graph.Inputs.Select(Show))}");
            output.WriteLine($"  out  {string.Join("  ", graph.Outputs.Select(Show))}");
        }
        int width = bundle.Manifest.Files.Keys.Max(name => name.Length);
        output.WriteLine("files");
        foreach ((string name, FileEntry entry) in bundle.Manifest.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            output.WriteLine($"  {name.PadRight(width)}  {Size(entry.Bytes),10}  {entry.Sha256[..12]}");

        void Line(string name, string value) => output.WriteLine($"{name,-12}{value}");
    }

    private static string Describe(VariantCost cost) => string.Create(CultureInfo.InvariantCulture,
        $"{(cost.PerplexityRise() is double rise ? $"perplexity {cost.PerplexityBefore:0.000} becomes {cost.PerplexityAfter:0.000} ({VariantCost.Percent(rise)}), " : "")}the most likely word stays in {cost.GreedyAgreement:0.0 %} of {cost.Tokens} {(cost.MeasuredOn == VariantCost.HeldOut ? "held-out" : "random")} words");

    private static string Show(GraphValue value) => $"{value.Name} {value.Type} [{string.Join(", ", value.Shape)}]";

    private static string Size(long bytes) => bytes < 1_000_000 ? $"{bytes / 1e3:0.0} kB" : $"{bytes / 1e6:0.0} MB";

    private static long ParameterCount(Bundle bundle) => bundle.Config.Parameters().Sum(parameter => parameter.Count);

    private static long Bytes(Bundle bundle) =>
        bundle.Manifest.Files.Values.Sum(entry => entry.Bytes) + new FileInfo(bundle.PathOf(BundleManifest.FileName)).Length;
}
