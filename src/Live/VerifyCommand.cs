using System.CommandLine;
using System.Text.Json;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary><c>twitch verify</c>: does this machine compute what torch computed?</summary>
internal static class VerifyCommand
{
    private const string Greedy = "greedy";

    public static Command Create()
    {
        var model = new ModelArguments();
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a table." };
        var command = new Command("verify", "Replays the bundle's golden window on this machine and prints the largest differences.") { json };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            using CommentModel opened = model.Open(parsed);
            return (int)Verify(opened, parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static ExitCode Verify(CommentModel model, bool json, TextWriter output, TextWriter error)
    {
        IReadOnlyList<GoldenDifference> differences = GoldenCheck.Run(model);
        bool ok = differences.All(difference => difference.IsAllowed);
        string where = model.Options.Precision == Precision.Float32 ? model.Options.ProviderName : $"{model.Options.ProviderName} in {model.Options.PrecisionName}";

        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new VerifyLine(
                model.Options.ProviderName, model.Options.PrecisionName, ok,
                differences.ToDictionary(d => d.Output, d => d.Difference),
                differences.Where(d => double.IsFinite(d.Limit)).ToDictionary(d => d.Output, d => d.Limit),
                differences.Where(d => d.Output == Greedy).Select(d => 1 - d.Difference / d.Compared).First()), LiveJson.Readable.VerifyLine));
        }
        else
        {
            int width = differences.Max(difference => difference.Output.Length);
            foreach (GoldenDifference difference in differences)
                output.WriteLine($"{difference.Output.PadRight(width)}  {(difference.Output == Greedy ? $"{difference.Difference} of {difference.Compared} tokens differ" : $"{difference.Difference:0.0e+0}")}");
        }

        GoldenDifference worst = differences.MaxBy(difference => difference.Share);
        if (ok)
        {
            GoldenDifference logits = differences.First(difference => difference.Output == "logits");
            error.WriteLine(model.Options.Precision == Precision.Float32
                ? $"ok: the largest difference on {where} is {differences.Max(difference => difference.Difference):0.0e+0}; {worst.Limit:0e+0} is allowed."
                : $"ok: on {where} the logits differ by {logits.Difference:0.0e+0}; {logits.Limit:0.0e+0} is allowed.");
            return ExitCode.Done;
        }
        error.WriteLine($"error: {model.Bundle.Folder}: '{worst.Output}' differs by {worst.Difference:0.0e+0} on {where}, {worst.Limit:0.0e+0} is allowed; this machine's ONNX Runtime does not compute what torch did.");
        return ExitCode.Failed;
    }
}
