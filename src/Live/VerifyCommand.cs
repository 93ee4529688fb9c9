using System.CommandLine;
using System.Text.Json;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary><c>twitch verify</c>: does this machine compute what torch computed?</summary>
internal static class VerifyCommand
{
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
        double limit = GoldenCheck.Limit(model.Options.Provider), largest = differences.Max(difference => difference.Difference);
        string provider = model.Options.Provider == ExecutionProvider.Cuda ? "cuda" : "cpu";

        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new VerifyLine(provider, limit, largest <= limit, differences.ToDictionary(d => d.Output, d => d.Difference)), LiveJson.Readable.VerifyLine));
        }
        else
        {
            int width = differences.Max(difference => difference.Output.Length);
            foreach (GoldenDifference difference in differences)
                output.WriteLine($"{difference.Output.PadRight(width)}  {(difference.Output == "greedy" ? $"{difference.Difference} tokens differ" : $"{difference.Difference:0.0e+0}")}");
        }

        if (largest <= limit)
        {
            error.WriteLine($"ok: the largest difference on {provider} is {largest:0.0e+0}; {limit:0e+0} is allowed.");
            return ExitCode.Done;
        }
        GoldenDifference worst = differences.MaxBy(difference => difference.Difference);
        error.WriteLine($"error: {model.Bundle.Folder}: '{worst.Output}' differs by {worst.Difference:0.0e+0} on {provider}, {limit:0e+0} is allowed; this machine's ONNX Runtime does not compute what torch did.");
        return ExitCode.Failed;
    }
}
