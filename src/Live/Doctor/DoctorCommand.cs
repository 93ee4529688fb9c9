using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Runtime;
using Twitch.Media;

namespace Twitch.Live.Doctor;

/// <summary><c>twitch doctor</c>: what this machine has and lacks for a use, each with its remedy.</summary>
internal static class DoctorCommand
{
    private const string Recordings = "recordings", Pages = "pages", Cuda = "cuda";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var use = new Option<string[]>("--for") { Description = "What it must be able to do: recordings (and streams by their address), pages (twitch:NAME, YouTube), cuda; may be given again.", DefaultValueFactory = _ => [Recordings], HelpName = "use" }
            .AcceptOnlyFromAmong(Recordings, Pages, Cuda);
        var bundle = new Option<string?>("--bundle", "-b") { Description = "Try it for real with this bundle: decode a clip, write a comment on it, compare with torch.", HelpName = "folder" };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a page." };
        var command = new Command("doctor", "Says what this machine has and lacks, each with its remedy; exit code 0 only if the use that was asked for would work.") { use, bundle, json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(use)!, parsed.GetValue(bundle), parsed.GetValue(json), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] uses, string? bundle, bool json, TextWriter output, CancellationToken cancellation)
    {
        bool cuda = uses.Contains(Cuda);
        List<Finding> findings =
        [
            SystemChecks.Processor(Lines("/proc/cpuinfo")), SystemChecks.Memory(Lines("/proc/meminfo"), MemoryLimit()), .. SystemChecks.Libraries(AppContext.BaseDirectory),
            SystemChecks.OpenCv(), .. ProgramChecks.Decoding(), ProgramChecks.Pages(uses.Contains(Pages)),
            .. SystemChecks.Gpu(cuda, Text("/proc/driver/nvidia/version"), AppContext.BaseDirectory),
        ];
        if (bundle is not null)
            findings.AddRange(await TryAsync(bundle, cuda, cancellation));
        bool works = !findings.Any(finding => finding.IsMissing);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new DoctorReport(uses, works, findings), DoctorJson.Readable.DoctorReport));
        }
        else
        {
            int width = findings.Max(finding => finding.Name.Length);
            foreach (Finding finding in findings)
                await output.WriteLineAsync($"{finding.State,-8} {finding.Name.PadRight(width)}  {finding.Found}{(finding.Remedy is null ? "" : $" -> {finding.Remedy}")}");
            if (bundle is null)
                await output.WriteLineAsync("nothing was tried for real; --bundle FOLDER decodes a clip and writes a comment on it");
            await output.WriteLineAsync(works ? $"{string.Join(", ", uses)}: this would work" : $"{string.Join(", ", uses)}: this would not work; see what is missing");
        }

        return (int)(works ? ExitCode.Done : ExitCode.Failed);
    }

    // A clip is decoded and commented on, and the step is held against torch's own numbers.
    private static async Task<IReadOnlyList<Finding>> TryAsync(string bundle, bool cuda, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        string folder = Directory.CreateTempSubdirectory("twitch-doctor-").FullName, trying = "bundle";
        try
        {
            using CommentModel model = CommentModel.Open(bundle, new RuntimeOptions { Provider = cuda ? ExecutionProvider.Cuda : ExecutionProvider.Cpu });
            findings.Add(Finding.Ok(trying, $"{model.Bundle.Folder}, on {model.Options.ProviderName}"));
            trying = "decode";
            string clip = Path.Combine(folder, "clip.mp4");
            if (ProgramChecks.MakeClip(clip) is { } why)
                throw new TwitchException(why, ExitCode.Failed);
            await foreach (TimedComment comment in model.CommentAtAsync(model.OpenRecording(new MediaSource(clip)), [TimeSpan.FromSeconds(10)], cancellation: cancellation))
                findings.Add(Finding.Ok(trying, $"a clip was read, and commented on in {comment.Comment.Tokens.Count} tokens"));
            trying = "step";
            IReadOnlyList<GoldenDifference> differences = GoldenCheck.Run(model);
            findings.Add(differences.All(difference => difference.IsAllowed)
                ? Finding.Ok(trying, "it computes what torch did")
                : Finding.Lacks(trying, true, "it does not compute what torch did", $"run 'twitch verify --bundle {bundle}' and report what it says"));
        }
        catch (TwitchException e)
        {
            findings.Add(Finding.Lacks(trying, true, e.Message, "see there"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return findings;
    }

    private static long? MemoryLimit() => long.TryParse(Text("/sys/fs/cgroup/memory.max")?.Trim(), out long bytes) ? bytes : null;

    private static string[] Lines(string path) => Text(path)?.Split('\n') ?? [];

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>What <c>doctor --json</c> says.</summary>
internal sealed record DoctorReport(IReadOnlyList<string> For, bool Works, IReadOnlyList<Finding> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    /// <summary>Every script is written as itself.</summary>
    public static DoctorJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
