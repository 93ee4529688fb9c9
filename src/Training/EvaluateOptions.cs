using System.CommandLine;
using Twitch.Training.Evaluating;

namespace Twitch.Training;

/// <summary>What an evaluation was asked for.</summary>
internal sealed record EvaluateRequest
{
    /// <summary>Earliest and latest comment.</summary>
    public required TimeSpan From { get; init; }

    /// <inheritdoc cref="From"/>
    public required TimeSpan Until { get; init; }

    /// <summary>Chat log that was learned from; absent: the comments before <see cref="From"/>.</summary>
    public string? TrainingChat { get; init; }

    /// <summary>Candidates to rank instead of built ones, and where those that are ranked and their scores go.</summary>
    public string? Candidates { get; init; }

    /// <inheritdoc cref="Candidates"/>
    public string? CandidatesOut { get; init; }

    /// <inheritdoc cref="Candidates"/>
    public string? ScoresOut { get; init; }

    /// <summary>Comments to score, and where their scores go.</summary>
    public string? Messages { get; init; }

    /// <inheritdoc cref="Messages"/>
    public string? MessagesOut { get; init; }

    /// <summary>How candidates are built.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Comments that the network says; 0: as many as are held out.</summary>
    public required int Speak { get; init; }

    /// <summary>Seed of everything that is drawn.</summary>
    public required long Seed { get; init; }

    /// <summary>Threads of one operation.</summary>
    public required int Threads { get; init; }

    /// <summary>Where the report with plots goes.</summary>
    public string? Html { get; init; }

    /// <summary>Print JSON.</summary>
    public required bool Json { get; init; }
}

/// <summary>The options of <c>evaluate</c> that name no recording.</summary>
internal sealed class EvaluateOptions
{
    private readonly Option<string> _from = new("--from") { Description = "Only comments from this time on; earlier ones count as learned from", DefaultValueFactory = _ => "0", HelpName = "TIME" };
    private readonly Option<string?> _until = new("--until") { Description = "Only comments up to this time", HelpName = "TIME" };
    private readonly Option<string?> _trainingChat = new("--training-chat") { Description = "Chat log that was learned from, instead of the comments before --from", HelpName = "FILE" };
    private readonly Option<string?> _candidates = new("--candidates") { Description = "Rank these: a JSON line {\"id\", \"time\", \"candidates\": [...], \"truth\": index if known} each", HelpName = "FILE" };
    private readonly Option<string> _protocol = new("--protocol") { Description = "Rank each comment among livebot's 100 candidates, or sfat's 10", DefaultValueFactory = _ => Protocol.LiveBot.Name, HelpName = "NAME" };
    private readonly Option<string?> _candidatesOut = new("--candidates-out") { Description = "Write the candidates that are ranked", HelpName = "FILE" };
    private readonly Option<string?> _scoresOut = new("--scores-out") { Description = "Write {\"id\", \"scores\": [log-probability, ...]} for each line of --candidates", HelpName = "FILE" };
    private readonly Option<string?> _messages = new("--messages") { Description = "Score these: a JSON line {\"id\", \"time\", \"text\"} each", HelpName = "FILE" };
    private readonly Option<string?> _messagesOut = new("--messages-out") { Description = "Write {\"id\", \"logp\", \"tokens\"} for each line of --messages", HelpName = "FILE" };
    private readonly Option<int?> _speak = new("--speak") { Description = $"Comments that the network says, to see what they are like; absent: one at each held-out comment's moment, at most {Evaluator.MostGenerated}", HelpName = "N" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of candidates, exchanged windows, intervals and generated comments", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads of one operation", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<string?> _html = new("--html") { Description = "Write a report with plots as well", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of the tables" };

    /// <summary>Adds the options to the verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_from, _until, _trainingChat, _protocol, _candidates, _candidatesOut, _scoresOut, _messages, _messagesOut, _speak, _seed, _threads, _html, _json])
            command.Options.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="TwitchException">Options contradict each other (exit code 2), or a file is missing (exit code 3).</exception>
    public EvaluateRequest Read(ParseResult parsed)
    {
        Together(_scoresOut, _candidates, bothWays: false);
        Together(_messagesOut, _messages, bothWays: true);
        foreach (Option<string?> option in (Option<string?>[])[_trainingChat, _candidates, _messages])
        {
            if (parsed.GetValue(option) is string path && !File.Exists(path))
                throw new TwitchException($"{path}: no such file; {option.Name} needs one.");
        }
        return new EvaluateRequest
        {
            From = StreamTime.Parse(parsed.GetValue(_from)!, _from.Name),
            Until = parsed.GetValue(_until) is string end ? StreamTime.Parse(end, _until.Name) : TimeSpan.MaxValue,
            TrainingChat = parsed.GetValue(_trainingChat),
            Candidates = parsed.GetValue(_candidates),
            CandidatesOut = parsed.GetValue(_candidatesOut),
            ScoresOut = parsed.GetValue(_scoresOut),
            Messages = parsed.GetValue(_messages),
            MessagesOut = parsed.GetValue(_messagesOut),
            Protocol = Protocol.Of(parsed.GetValue(_protocol)!),
            Speak = parsed.GetValue(_speak) is not int speak ? 0 : speak >= 1 ? speak : throw new TwitchException($"--speak is {speak}; it must be at least 1.", ExitCode.Usage),
            Seed = parsed.GetValue(_seed),
            Threads = parsed.GetValue(_threads),
            Html = parsed.GetValue(_html),
            Json = parsed.GetValue(_json),
        };

        void Together(Option<string?> output, Option<string?> source, bool bothWays)
        {
            bool written = parsed.GetValue(output) is not null, read = parsed.GetValue(source) is not null;
            if (written && !read)
                throw new TwitchException($"{output.Name} needs {source.Name}: the scores of what?", ExitCode.Usage);
            if (bothWays && read && !written)
                throw new TwitchException($"{source.Name} needs {output.Name}: where do the scores go?", ExitCode.Usage);
        }
    }
}
