using System.CommandLine;
using System.Text.Json;
using Twitch.Runtime;
using Twitch.Training.Chat;
using Twitch.Training.Evaluating;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary><c>twitch-train evaluate</c>: how well a bundle foresees the comments of a recording, and what it draws from pictures and sound.</summary>
internal static class EvaluateCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("evaluate", "Measure how well a bundle foresees the comments of a recording, and what it draws from pictures and sound");
        var input = new InputOptions();
        var bundle = new Option<string>("--bundle") { Description = "Folder that export made", Required = true, HelpName = "DIR" };
        var options = new EvaluateOptions();
        command.Options.Add(bundle);
        input.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            EvaluateRequest request = options.Read(parsed);
            ChatLogOptions chat = input.ChatLog(parsed) with { MinAuthors = 1 };    // whoever alone says it, it was written
            IReadOnlyList<ChatComment>? training = request.TrainingChat is string log ? ChatLog.Read(log, chat).Comments : null;
            using var model = Runtime.CommentModel.Open(parsed.GetValue(bundle)!, new RuntimeOptions { IntraOpThreads = request.Threads });
            IReadOnlyList<PreparedStream> streams = PrepareCommand.Run(
                input.Recordings(parsed), model.Config, model.Senses, chat, input.PreparedFolder(parsed, "prepared"), parsed.InvocationConfiguration.Error, cancellation,
                model.Config.FrameSampling, input.Jobs(parsed));
            try
            {
                Run(model, HeldOut.Create(model, streams, request.From, request.Until, training), request, parsed.InvocationConfiguration.Output, cancellation);
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

    private static void Run(Runtime.CommentModel model, HeldOut heldOut, EvaluateRequest request, TextWriter output, CancellationToken cancellation)
    {
        // What is given is read before anything is computed: a bad line is told at once.
        var files = new ScoredFiles(heldOut.Config, heldOut.Streams);
        IReadOnlyList<(JsonElement Id, WindowTexts Message)> messages = request.Messages is string file ? files.Messages(file) : [];
        IReadOnlyList<(JsonElement Id, CandidateSet Set)> given = request.Candidates is string path ? files.Candidates(path) : [];
        IReadOnlyList<CandidateSet> sets = given.Count > 0 ? [.. given.Select(line => line.Set)] : Candidates.Build(heldOut, request.Seed, request.Protocol);
        if (request.CandidatesOut is string built)
            ScoredFiles.Write(built, sets);

        using var evaluator = new Evaluator(model, heldOut, request.Seed, request.Speak);
        if (request.MessagesOut is string scored)
            ScoredFiles.WriteMessages(scored, messages.Zip(evaluator.Score(messages.Select(line => line.Message), cancellation),
                (line, scores) => new ScoredMessageLine(line.Id, Rounded(scores[0]), ChatText.Words(line.Message.Texts[0]).Length + 1)));
        double[][] own = [.. evaluator.Score(sets, cancellation)];
        if (request.ScoresOut is string scoresOut)
            ScoredFiles.WriteScores(scoresOut, given.Zip(own, (line, scores) => new ScoreLine(line.Id, [.. scores.Select(Rounded)])));

        EvaluationReport report = evaluator.Run(sets, own, cancellation) with { Protocol = given.Count > 0 ? null : request.Protocol.Name };
        if (request.Html is string page)
            EvaluationPage.Write(page, Path.GetFileName(Path.GetFullPath(model.Bundle.Folder)), report);
        output.WriteLine(request.Json ? JsonSerializer.Serialize(report, EvaluationJson.Readable.EvaluationReport) : EvaluationTable.Markdown(report));
    }

    // What float32 tells; the rest is noise of the order of its sums.
    private static double Rounded(double score) => Math.Round(score, 5);
}
