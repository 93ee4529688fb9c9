using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Twitch.Runtime;
using Twitch.Runtime.Capture;

namespace Twitch.Live;

/// <summary><c>twitch generate</c>: comments on moments of a recording.</summary>
internal sealed class GenerateCommand
{
    private const int MostComments = 100;

    private readonly ModelArguments _model = new();
    private readonly SamplingArguments _sampling = new();
    private readonly Option<string?> _video = new("--video") { Description = "The recording; its sound is heard too.", HelpName = "file" };
    private readonly Option<string?> _replay = new("--replay") { Description = "Write a comment again from a file that serve kept; it has its own options and seed.", HelpName = "file" };
    private readonly Option<string?> _audio = new("--audio") { Description = "Sound in a file of its own.", HelpName = "file" };
    private readonly Option<TimeSpan[]> _at = new("--at") { Description = "Moment to comment on, such as 0:05:00; may be given again.", CustomParser = TimeArgument.ParseAll, HelpName = "time" };
    private readonly Option<TimeSpan?> _every = new("--every") { Description = "Comment on the whole recording, this often.", CustomParser = TimeArgument.ParseOne, HelpName = "time" };
    private readonly PaceArguments _pace = new("Comment on the whole recording, when its chat would.");
    private readonly Option<string?> _chat = new("--chat") { Description = "What people said meanwhile, JSON lines with time (seconds) and text: a model that reads past chat answers it, and what it says itself.", HelpName = "file" };
    private readonly Option<bool> _noChat = new("--no-chat") { Description = "A model that reads past chat shall not read what it says itself." };
    private readonly Option<TimeSpan?> _from = new("--from") { Description = "With --every or --auto: the first moment.", CustomParser = TimeArgument.ParseOne, HelpName = "time" };
    private readonly Option<TimeSpan?> _to = new("--to") { Description = "With --every or --auto: no moment after it.", CustomParser = TimeArgument.ParseOne, HelpName = "time" };
    private readonly Option<int> _count = new("--count") { Description = "Different comments on each moment.", DefaultValueFactory = _ => 1, HelpName = "n" };
    private readonly Option<bool> _json = new("--json") { Description = "JSON lines." };
    private readonly Option<bool> _logprobs = new("--logprobs") { Description = "Give each token's log-probability." };

    private GenerateCommand()
    {
    }

    public static Command Create() => new GenerateCommand().Build();

    private Command Build() => Verb.Of(
        "generate", "Comments on moments of a recording.", [_video, _replay, _audio, _at, _every, _chat, _noChat, _from, _to, _count, _json, _logprobs],
        [_pace, _model, _sampling], RunAsync, Validate);

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_replay) is not null)
        {
            if ((result.GetResult(_video) ?? result.GetResult(_audio) ?? result.GetResult(_at) ?? result.GetResult(_every) ?? result.GetResult(_chat)) is OptionResult other)
                result.AddError($"--replay has its own window; leave {other.Option.Name} out.");
            return;
        }
        if (result.GetResult(_video) is null)
        {
            result.AddError("Option '--video' is required.");
            return;
        }
        bool at = result.GetResult(_at) is not null, every = result.GetResult(_every) is not null, auto = result.GetValue(_pace.Auto);
        string[] given = [.. (((bool IsGiven, string Name)[])[(at, _at.Name), (every, _every.Name), (auto, _pace.Auto.Name)]).Where(mode => mode.IsGiven).Select(mode => mode.Name)];
        if (given.Length != 1)
            result.AddError(given.Length > 1 ? $"{string.Join(" and ", given)} exclude each other; give one." : "--at, --every or --auto is missing; say which moments to comment on.");
        if (!every && !auto && (result.GetResult(_from) ?? result.GetResult(_to)) is OptionResult range)
            result.AddError($"{range.Option.Name} needs --every or --auto.");
        if (auto && result.GetResult(_count) is { Implicit: false })
            result.AddError("--count and --auto exclude each other: a chat says one thing at a time.");
        if (result.GetResult(_chat) is not null && result.GetValue(_noChat))
            result.AddError("--chat and --no-chat exclude each other; give one.");
        if (result.GetResult(_count) is OptionResult number && !number.Errors.Any() && result.GetValue(_count) is not (>= 1 and <= MostComments) and int count)
            result.AddError($"--count is {count}; it must be in [1, {MostComments}].");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(_replay) is { } replay)
        {
            using CommentModel replayed = _model.Open(parsed);
            return (int)Replay(replayed, replay, parsed.GetValue(_json), parsed.GetValue(_logprobs), output, error);
        }
        Task<InspectedMedia> looking = InspectedMedia.OfAsync(new MediaSource(parsed.GetValue(_video)!, parsed.GetValue(_audio)));
        using CommentModel model = _model.Open(parsed);
        SamplingOptions sampling = _sampling.Over(model.Sampling, parsed).Validate(model.Config.VocabularySize);
        int count = parsed.GetValue(_count);
        if (count > 1 && sampling.Temperature == 0)
            throw new TwitchException($"--count is {count}, but at --temperature 0 there is one comment on a moment; raise the temperature.", ExitCode.Usage);

        Recording recording = model.OpenRecording(await looking);
        (TimeSpan? from, TimeSpan? to) = (parsed.GetValue(_from), parsed.GetValue(_to));
        ChatHistory chat = Chat(parsed, model);
        IAsyncEnumerable<TimedComment> comments = _pace.Of(parsed, sampling.Seed) is { } pace
            ? model.CommentWhenDueAsync(recording, pace, from, to, sampling, chat, cancellation)
            : parsed.GetValue(_every) is TimeSpan every
            ? model.CommentEveryAsync(recording, every, from, to, sampling, count, chat, cancellation)
            : model.CommentAtAsync(recording, parsed.GetRequiredValue(_at), sampling, count, chat, cancellation);
        bool json = parsed.GetValue(_json), logprobs = parsed.GetValue(_logprobs);
        (TimeSpan moment, int said) = (TimeSpan.MinValue, count);
        await foreach (TimedComment comment in comments)
        {
            if (comment.Time != moment)
            {
                NoteFew();
                (moment, said) = (comment.Time, 0);
            }
            said++;
            await output.WriteLineAsync(json ? JsonLine(comment, logprobs) : TextLine(comment, logprobs, model.Vocabulary));
            await output.FlushAsync(cancellation);    // each comes out as it is made
        }
        NoteFew();
        foreach (string warning in recording.Report.Warnings)
            await error.WriteLineAsync($"warning: {warning}");
        await ModelArguments.NoteWithheldAsync(model, error);
        return (int)ExitCode.Done;

        void NoteFew()
        {
            if (said < count)
                error.WriteLine($"note: at {StreamTime.Format(moment)} the model has only {said} different comments; a higher --temperature or --top-k finds more.");
        }
    }

    private static ExitCode Replay(CommentModel model, string path, bool json, bool logprobs, TextWriter output, TextWriter error)
    {
        if (!File.Exists(path))
            throw new TwitchException($"--replay is {path}; there is no such file.");
        using FileStream zip = File.OpenRead(path);
        ReplayFile replay = ReplayFile.Read(zip, path, model);
        ReplayResult result = replay.Run(model);
        var comment = new TimedComment(TimeSpan.FromSeconds(replay.Info.Time), result.Comment);
        output.WriteLine(json ? JsonLine(comment, logprobs) : TextLine(comment, logprobs, model.Vocabulary));
        if (!result.Same)
        {
            string remedy = (replay.Info.Provider, replay.Info.Precision) == (model.Options.ProviderName, model.Options.PrecisionName)
                ? "this machine computes otherwise, see 'twitch verify'"
                : $"here it was {model.Options.ProviderName} in {model.Options.PrecisionName}: give --provider {replay.Info.Provider} --precision {replay.Info.Precision}";
            error.WriteLine($"error: {path}: it said '{replay.Info.Text}' on {replay.Info.Provider} in {replay.Info.Precision}; {remedy}.");
        }
        return result.Same ? ExitCode.Done : ExitCode.Failed;
    }

    private ChatHistory Chat(ParseResult parsed, CommentModel model)
    {
        if (parsed.GetValue(_chat) is not string path)
            return parsed.GetValue(_noChat) ? ChatHistory.None : model.CreateChatHistory();
        if (model.Chat is null)
            throw new TwitchException($"--chat: {model.Bundle.Folder} reads no past chat; leave it out, or train a model with --past-chat.", ExitCode.Usage);
        ChatHistory chat = model.CreateChatHistory(capacity: int.MaxValue);
        ChatFile.ReadInto(chat, path);
        return chat;
    }

    private static string JsonLine(TimedComment line, bool logprobs) => JsonSerializer.Serialize(
        new CommentLine(line.Time.TotalSeconds, line.Comment.Text, line.Comment.Tokens, logprobs ? line.Comment.LogProbabilities : null),
        LiveJson.Readable.CommentLine);

    private static string TextLine(TimedComment line, bool logprobs, Vocabulary vocabulary)
    {
        IEnumerable<string> words = line.Comment.Words(vocabulary).Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Text} ({word.LogProbability:0.00})"));
        return $"[{StreamTime.Format(line.Time)}] {(logprobs ? string.Join(' ', words) : line.Comment.Text)}";
    }
}
