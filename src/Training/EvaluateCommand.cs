using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Runtime;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary><c>twitch-train evaluate</c>: how well a bundle foresees the comments of a recording, and what it draws from pictures and sound.</summary>
internal static class EvaluateCommand
{
    private const long ExchangeSeed = 1;

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("evaluate", "Measure how well a bundle foresees the comments of a recording, and what it draws from pictures and sound");
        var input = new InputOptions();
        var bundle = new Option<string>("--bundle") { Description = "Folder that export made", Required = true, HelpName = "DIR" };
        var from = new Option<string>("--from") { Description = "Only comments from this time on", DefaultValueFactory = _ => "0", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Only comments up to this time", HelpName = "TIME" };
        var threads = new Option<int>("--threads") { Description = "Threads of one operation", DefaultValueFactory = _ => 1, HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of the table" };
        command.Options.Add(bundle);
        input.AddTo(command);
        foreach (Option option in (Option[])[from, until, threads, json])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            TimeSpan first = StreamTime.Parse(parsed.GetValue(from)!, "--from");
            TimeSpan last = parsed.GetValue(until) is string end ? StreamTime.Parse(end, "--until") : TimeSpan.MaxValue;
            using var model = Runtime.CommentModel.Open(parsed.GetValue(bundle)!, new RuntimeOptions { IntraOpThreads = parsed.GetValue(threads) });
            IReadOnlyList<PreparedStream> streams = PrepareCommand.Run(
                input.Recordings(parsed), model.Config, input.ChatLog(parsed), input.PreparedFolder(parsed, "prepared"), parsed.InvocationConfiguration.Error, cancellation);
            try
            {
                WindowReport report = Measure(model, streams, first, last, cancellation);
                parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, EvaluationJson.Default.WindowReport) : Table(report));
            }
            finally
            {
                foreach (PreparedStream stream in streams)
                    stream.Dispose();
            }
            return Task.FromResult(0);
        });
        return command;
    }

    private static WindowReport Measure(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams, TimeSpan first, TimeSpan last, CancellationToken cancellation)
    {
        Example[] examples = [.. Examples(model, streams, first, last)];
        if (examples.Length < 2)
            throw new TwitchException($"{examples.Length} comments between --from {first} and --until {last} have pictures and sound before them; at least 2 are needed.");

        var scorer = new BundleScorer(model, streams);
        return new WindowReport(
            examples.Length,
            examples.Sum(example => example.Tokens.Length - 1),
            examples.Sum(example => example.Tokens.Count(token => token == Vocabulary.Unknown)),
            Score(frames: false, sound: false),
            Score(frames: true, sound: false),
            Score(frames: false, sound: true),
            Score(frames: true, sound: true));

        WindowScore Score(bool frames, bool sound)
        {
            double sum = 0;
            foreach (Example example in Evaluation.Exchanged(examples, frames, sound, ExchangeSeed))
            {
                cancellation.ThrowIfCancellationRequested();
                sum -= scorer.LogProbability(example);
            }
            return new WindowScore(Math.Exp(sum / examples.Sum(example => example.Tokens.Length - 1)), sum / examples.Length);
        }
    }

    private static IEnumerable<Example> Examples(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams, TimeSpan first, TimeSpan last)
    {
        for (int i = 0; i < streams.Count; i++)
        {
            foreach (ChatComment comment in streams[i].Comments.Where(comment => comment.Time >= first && comment.Time <= last))
            {
                ClipWindow window = ClipWindow.Before(comment.Time, model.Config, streams[i].FrameCount, streams[i].StepCount);
                int[] words = model.Vocabulary.Encode(comment.Text);
                if (!window.IsEmpty && words.Length > 0)
                    yield return new Example(i, comment.Time, window, [Vocabulary.Start, .. words, Vocabulary.End]);
            }
        }
    }

    private static string Table(WindowReport report)
    {
        return string.Join(Environment.NewLine,
            string.Create(CultureInfo.InvariantCulture, $"{report.Comments} comments, {report.Tokens} tokens, {100.0 * report.UnknownTokens / report.Tokens:0.0} % of them unknown words"),
            "",
            "| what the model sees and hears | perplexity | nats per comment | lost |",
            "|---|---:|---:|---:|",
            Row("the comment's own window", report.Own),
            Row("another moment's pictures", report.OtherFrames),
            Row("another moment's sound", report.OtherSound),
            Row("another moment's both", report.OtherBoth));

        string Row(string name, WindowScore score) => string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {score.Perplexity:0.00} | {score.NatsPerComment:0.00} | {score.NatsPerComment - report.Own.NatsPerComment:0.00} |");
    }
}

/// <summary>How well comments were foreseen from one kind of window.</summary>
/// <param name="Perplexity">exp of the mean −ln p per token, <c>&lt;EOS&gt;</c> included.</param>
/// <param name="NatsPerComment">Mean −ln p of a whole comment.</param>
internal sealed record WindowScore(double Perplexity, double NatsPerComment);

/// <summary>What a bundle draws from pictures and sound.</summary>
/// <param name="Comments">Comments scored.</param>
/// <param name="Tokens">Their tokens, with one <c>&lt;EOS&gt;</c> each.</param>
/// <param name="UnknownTokens">Of these, words that are not in the vocabulary.</param>
/// <param name="Own">With each comment's own window.</param>
/// <param name="OtherFrames">With another moment's pictures.</param>
/// <param name="OtherSound">With another moment's sound.</param>
/// <param name="OtherBoth">With both of another moment.</param>
internal sealed record WindowReport(int Comments, int Tokens, int UnknownTokens, WindowScore Own, WindowScore OtherFrames, WindowScore OtherSound, WindowScore OtherBoth);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WindowReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
