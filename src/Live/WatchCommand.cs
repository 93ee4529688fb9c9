using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Twitch.Chat;
using Twitch.Live.Formats;
using Twitch.Runtime;
using Twitch.Media;

namespace Twitch.Live;

/// <summary><c>twitch watch</c>: comments on a stream as it happens.</summary>
internal sealed class WatchCommand
{
    private readonly Func<TextReader> _answers;
    private readonly StreamResolver _resolver = new();
    private readonly ModelArguments _model = new();
    private readonly SamplingArguments _sampling = new();
    private readonly PostArguments _post = new("Ask on the terminal before a comment is posted: y, n, stop, go.");
    private readonly PaceArguments _pace = new("Comment when the channel's chat would, instead of every so often.");
    private readonly Argument<string> _source = new("source") { Description = "A file, a URL (HLS, RTMP, RTSP, SRT, http, udp), twitch:NAME or a page of Twitch or YouTube (with streamlink or yt-dlp), '-' for stdin, camera:0 or /dev/video0, screen: or screen::0.0." };
    private readonly Option<string> _quality = new("--quality") { Description = "Of a page's streams, the first of these names that there is.", DefaultValueFactory = _ => StreamResolver.UsualQualities, HelpName = "names" };
    private readonly Option<bool> _realtime = new("--realtime") { Description = "Play a file at its own speed; else as fast as the machine can." };
    private readonly Option<bool> _loop = new("--loop") { Description = "Play a file again and again." };
    private readonly Option<TimeSpan> _every = Time("--every", "Comment this often; whole seconds.", new WatchOptions().Every);
    private readonly Option<TimeSpan> _stall = Time("--stall", "Open the source again when it brings no frame for so long.", new LiveCaptureOptions().Stall);
    private readonly Option<int> _buffer = new("--buffer") { Description = "Seconds of a live stream that may wait; older ones are dropped.", DefaultValueFactory = _ => new LiveCaptureOptions().BufferSeconds, HelpName = "s" };
    private readonly Option<int?> _reconnects = new("--reconnects") { Description = "Give a lost source up after so many in a row; else never.", HelpName = "n" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait for a source that is not there yet." };
    private readonly Option<bool> _json = new("--json") { Description = "JSON lines: comments, and what happens to the source." };
    private readonly Option<string?> _save = new("--save") { Description = "Keep the comments in a file too: .txt, .jsonl, .srt, .vtt, .ass, or .json for TwitchDownloader.", HelpName = "file" };
    private readonly Option<string?> _saveFormat = new Option<string?>("--save-format") { Description = "Its format, if its name does not say it." }.AcceptOnlyFromAmong(CommentFormats.Names);
    private readonly Option<bool> _tokens = new("--tokens") { Description = "With --json: a line for each token as it is drawn, too." };
    private readonly Option<TimeSpan?> _report = new("--report") { Description = "Write the figures of the summary to stderr this often, as JSON.", CustomParser = TimeArgument.ParseOne, HelpName = "time" };

    private WatchCommand(Func<TextReader> answers) => _answers = answers;

    /// <param name="answers">Opens what a person at the terminal types.</param>
    public static Command Create(Func<TextReader> answers) => new WatchCommand(answers).Build();

    private Command Build()
    {
        Command command = Verb.Of(
            "watch", "Comments on a stream as it happens.", [_quality, _realtime, _loop, _every, _stall, _buffer, _reconnects, _wait, _json, _tokens, _save, _saveFormat, _report],
            [_pace, _model, _sampling, _post], RunAsync, Validate);
        command.Add(_source);
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetValue(_tokens) && !result.GetValue(_json))
            result.AddError("--tokens needs --json; without it, words appear as they are drawn.");
        if (result.GetResult(_saveFormat) is not null && result.GetResult(_save) is null)
            result.AddError("--save-format needs --save, which names the file.");
        if (result.GetValue(_pace.Auto) && result.GetResult(_every) is { Implicit: false })
            result.AddError("--every and --auto exclude each other; give one.");
        if (result.GetValue(_post.Approve) && result.GetValue(_source) == "-")
            result.AddError("--post-approve reads its answers from stdin, which is the source here; give another source, or leave it out.");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        string named = parsed.GetRequiredValue(_source);
        StreamPage? page = StreamPage.TryParse(named);
        StreamSource source = StreamSource.Parse(page?.Shown ?? named);
        using CommentModel model = _model.Open(parsed);
        SamplingOptions sampling = _sampling.Over(model.Sampling, parsed);
        ChatHistory said = model.CreateChatHistory();
        var watcher = new Watcher(model, source, new WatchOptions
        {
            Every = parsed.GetRequiredValue(_every),
            Pace = _pace.Of(parsed, sampling.Seed),
            Chat = said,
            Sampling = sampling,
            Reconnects = parsed.GetValue(_reconnects),
            WaitForSource = parsed.GetValue(_wait),
            Resolve = page is null ? null : ending => _resolver.ResolveAsync(page, parsed.GetRequiredValue(_quality), ending),
            Capture = new LiveCaptureOptions
            {
                Realtime = parsed.GetValue(_realtime),
                Loop = parsed.GetValue(_loop),
                BufferSeconds = parsed.GetValue(_buffer),
                Stall = parsed.GetRequiredValue(_stall),
            },
        });
        using SavedComments? saved = parsed.GetValue(_save) is string file ? new SavedComments(file, parsed.GetValue(_saveFormat), source.ToString()!, model.Vocabulary) : null;
        await using ChatLink chat = await _post.OpenAsync(parsed, error.WriteLine, cancellation);
        if (chat.Heard is not null && model.Chat is null)
            await error.WriteLineAsync($"note: {model.Bundle.Folder} reads no past chat, so --read-chat changes nothing.");
        chat.HearInto(said, () => watcher.Now);
        Action<string>? offer = Offering(chat.Poster, parsed.GetValue(_post.Approve), error);
        WatchOutput lines = parsed.GetValue(_json) ? new JsonWatchOutput(output, parsed.GetValue(_tokens)) : new TextWatchOutput(output, error, source);
        using Timer? reports = parsed.GetValue(_report) is { } period ? new Timer(_ => error.WriteLine(JsonLine(watcher)), null, period, period) : null;
        try
        {
            await foreach (WatchEvent happened in watcher.RunAsync(cancellation))
            {
                await lines.WriteAsync(happened);
                if (happened is not CommentMade made)
                    continue;
                saved?.Write(new TimedComment(made.Time, made.Comment));
                offer?.Invoke(made.Comment.Text);
            }
        }
        finally
        {
            lines.End();
            if (watcher.Statistics.Seconds > 0)
                await error.WriteLineAsync(WatchSummary.Text(watcher.Statistics));
            await ModelArguments.NoteWithheldAsync(model, error);
            if (chat.Poster is { } poster)
                await error.WriteLineAsync($"{poster.Counts}; to {poster.Description}");
        }
        return (int)ExitCode.Done;
    }

    private Action<string>? Offering(ChatPoster? poster, bool asks, TextWriter error)
    {
        if (poster is null)
            return null;
        if (!asks)
            return comment => poster.Offer(comment);
        var approval = new TerminalApproval(poster, error.WriteLine);
        approval.Listen(_answers());
        return approval.Offer;
    }

    private static string JsonLine(Watcher watcher) => JsonSerializer.Serialize(WatchReport.Of(watcher.Statistics), LiveJson.Readable.WatchReport);

    private static Option<TimeSpan> Time(string name, string description, TimeSpan usual) => new(name)
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} [default: {usual.TotalSeconds:0} s]"),
        CustomParser = result => TimeArgument.ParseOne(result) ?? usual,
        DefaultValueFactory = _ => usual,
        HelpName = "time",
    };
}
