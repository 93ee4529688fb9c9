using System.CommandLine;
using Twitch.Media;
using Twitch.Training.Chat;

namespace Twitch.Training;

/// <summary>One recording and its chat, as named on the command line.</summary>
/// <param name="Media">The recording's pictures and sound.</param>
/// <param name="Chat">The chat log.</param>
public sealed record Recorded(MediaSource Media, string Chat);

/// <summary>The options that name recordings and chat logs and say how to read them; the verbs share them.</summary>
internal sealed class InputOptions
{
    private readonly Option<string[]> _video = new("--video") { Description = "Recording; repeat it for several", Required = true, HelpName = "FILE" };
    private readonly Option<string[]> _audio = new("--audio") { Description = "Sound of the recording in a file of its own (WAV, FLAC, MP3 ...); '-' takes the recording's", HelpName = "FILE" };
    private readonly Option<string[]> _chat = new("--chat") { Description = "Chat log of the recording, any known format, also gzip; one per --video, in the same order", Required = true, HelpName = "FILE" };
    private readonly Option<string?> _prepared = new("--prepared") { Description = "Folder where prepared recordings are kept and found again", HelpName = "DIR" };
    private readonly Option<string?> _eyes = new("--eyes") { Description = "Image network (ONNX) that looks at each second's frame, instead of the built-in one", HelpName = "FILE" };
    private readonly Option<string?> _ears = new("--ears") { Description = "Audio network (ONNX) that listens to each second's log-mel, instead of the built-in one", HelpName = "FILE" };
    private readonly Option<string?> _streamStart = new(ChatLogOptions.StreamStartOption) { Description = "When the recording began, for logs with times of day: 2025-03-10T20:00:00Z", HelpName = "TIME" };
    private readonly Option<double> _chatOffset = new(ChatLogOptions.OffsetOption) { Description = "Seconds added to every comment's time", HelpName = "SECONDS" };
    private readonly Option<bool> _wholeBroadcast = new("--whole-broadcast") { Description = "The recording is the whole broadcast, though its TwitchDownloader log was cropped" };
    private readonly Option<bool> _keepBots = new("--keep-bots") { Description = "Learn from well-known bots too" };
    private readonly Option<bool> _keepCommands = new("--keep-commands") { Description = "Learn commands (!uptime) too" };
    private readonly Option<int> _minAuthors = new(ChatLogOptions.MinAuthorsOption) { Description = "How many people must use a wording for it to be said; 1 lets everybody's be said", DefaultValueFactory = _ => ChatLogOptions.UsualMinAuthors, HelpName = "N" };
    private readonly Option<int> _authorNgram = new(ChatLogOptions.AuthorNgramOption) { Description = "Words of such a wording", DefaultValueFactory = _ => new ChatLogOptions().AuthorNgram, HelpName = "N" };
    private readonly Option<bool> _learnSharedOnly = new("--learn-shared-only") { Description = "Do not even learn comments with wording that fewer people use" };
    private readonly Option<string?> _bannedWords = new("--banned-words") { Description = "List of words whose comments are not learnt: UTF-8, one a line; word, word*, *word* or two words", HelpName = "FILE" };
    private readonly Option<bool> _noDefaultBannedWords = new("--no-default-banned-words") { Description = "Leave out the built-in list of slurs" };
    private readonly Option<string[]> _bots = new("--bot") { Description = "Name of one more bot to leave out", HelpName = "NAME" };
    private readonly Option<string[]> _noBots = new("--no-bot") { Description = "Name that is no bot, whatever the list says", HelpName = "NAME" };
    private readonly Option<double> _maxUnparsable = new(ChatLogOptions.MaxUnparsableShareOption) { Description = "Largest share of unparsable lines in a chat log", DefaultValueFactory = _ => new ChatLogOptions().MaxUnparsableShare, HelpName = "SHARE" };

    private readonly Option<string> _frames = new("--frames") { Description = "Which pictures are taken: exact (the newest at each second), keyframes (the newest keyframe, far faster), or auto", DefaultValueFactory = _ => "auto", HelpName = "exact|keyframes|auto" };
    private readonly Option<int> _jobs = new("--jobs") { Description = "Recordings prepared at once", DefaultValueFactory = _ => 1, HelpName = "N" };

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="perceives">Whether it may choose eyes and ears.</param>
    public void AddTo(Command command, bool perceives = false)
    {
        if (perceives)
        {
            command.Options.Add(_eyes);
            command.Options.Add(_ears);
        }
        foreach (Option option in (Option[])[_video, _audio, _chat, _prepared, _frames, _jobs])
            command.Options.Add(option);
        AddChatTo(command);
    }

    /// <summary>Adds those options that say how a chat log is read.</summary>
    public void AddChatTo(Command command)
    {
        foreach (Option option in (Option[])[_streamStart, _chatOffset, _wholeBroadcast, _keepBots,
            _keepCommands, _minAuthors, _authorNgram, _learnSharedOnly, _bannedWords, _noDefaultBannedWords, _bots, _noBots, _maxUnparsable])
            command.Options.Add(option);
    }

    /// <summary>The recordings that were named, paired in order.</summary>
    /// <exception cref="TwitchException">The counts do not agree (exit code 2) or a file is missing (exit code 3).</exception>
    public IReadOnlyList<Recorded> Recordings(ParseResult parsed)
    {
        string[] videos = parsed.GetValue(_video) ?? [], chats = parsed.GetValue(_chat) ?? [], sounds = parsed.GetValue(_audio) ?? [];
        if (chats.Length != videos.Length)
            throw new TwitchException($"--video is given {videos.Length} times and --chat {chats.Length} times; each recording needs its own chat log, in the same order.", ExitCode.Usage);
        if (sounds.Length != 0 && sounds.Length != videos.Length)
            throw new TwitchException($"--video is given {videos.Length} times and --audio {sounds.Length} times; give one for each recording ('-' takes the recording's own sound), or none.", ExitCode.Usage);

        var recordings = new List<Recorded>();
        for (int i = 0; i < videos.Length; i++)
        {
            string? sound = sounds.Length == 0 || sounds[i] == "-" ? null : sounds[i];
            foreach (string? file in (string?[])[videos[i], sound, chats[i]])
            {
                if (file is not null && !File.Exists(file))
                    throw new TwitchException($"{file}: no such file.");
            }
            recordings.Add(new Recorded(new MediaSource(videos[i], sound), chats[i]));
        }
        return recordings;
    }

    /// <summary>The image network to look with; absent: the built-in one.</summary>
    public string? Eyes(ParseResult parsed) => parsed.GetValue(_eyes);

    /// <summary>The audio network to listen with; absent: the built-in one.</summary>
    public string? Ears(ParseResult parsed) => parsed.GetValue(_ears);

    /// <summary>Which pictures are to be taken; null: keyframes where all recordings have enough of them.</summary>
    /// <exception cref="TwitchException">It is none of the three (exit code 2).</exception>
    public FrameSampling? Frames(ParseResult parsed) => parsed.GetValue(_frames) switch
    {
        "auto" => null,
        "exact" => FrameSampling.Exact,
        "keyframes" => FrameSampling.Keyframes,
        string other => throw new TwitchException($"--frames is '{other}'; it must be exact, keyframes or auto.", ExitCode.Usage),
        null => null,
    };

    /// <summary>How many recordings are prepared at once.</summary>
    /// <exception cref="TwitchException">It is out of range (exit code 2).</exception>
    public int Jobs(ParseResult parsed) => parsed.GetValue(_jobs) is >= 1 and <= 256 and int jobs
        ? jobs
        : throw new TwitchException($"--jobs is {parsed.GetValue(_jobs)}; it must be in [1, 256].", ExitCode.Usage);

    /// <summary>Where prepared recordings are kept: as the option says, else <paramref name="fallback"/>.</summary>
    public string PreparedFolder(ParseResult parsed, string fallback) => parsed.GetValue(_prepared) ?? fallback;

    /// <summary>A training's options with the wording that is not said.</summary>
    public TrainerOptions Wording(ParseResult parsed, TrainerOptions options) =>
        (options with { MinAuthors = parsed.GetValue(_minAuthors), AuthorNgram = parsed.GetValue(_authorNgram) }).Validate();

    /// <summary>How chat logs are read.</summary>
    /// <exception cref="TwitchException">An option's value is out of range (exit code 2).</exception>
    public ChatLogOptions ChatLog(ParseResult parsed)
    {
        DateTimeOffset? start = null;
        if (parsed.GetValue(_streamStart) is string text)
        {
            start = DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
                ? time
                : throw new TwitchException($"--stream-start is '{text}'; it must be a date and time such as 2025-03-10T20:00:00Z.", ExitCode.Usage);
        }
        BannedWords banned = parsed.GetValue(_noDefaultBannedWords) ? BannedWords.None : BannedWords.Default;
        if (parsed.GetValue(_bannedWords) is string list)
            banned = banned.And(BannedWords.Load(list));
        return new ChatLogOptions
        {
            StreamStart = start,
            Offset = SecondsArgument.Of(ChatLogOptions.OffsetOption, parsed.GetValue(_chatOffset)),
            CroppedRecording = !parsed.GetValue(_wholeBroadcast),
            DropBots = !parsed.GetValue(_keepBots),
            DropCommands = !parsed.GetValue(_keepCommands),
            MinAuthors = parsed.GetValue(_learnSharedOnly) ? parsed.GetValue(_minAuthors) : 1,
            AuthorNgram = parsed.GetValue(_authorNgram),
            BannedWords = banned.Lines,
            ExtraBots = parsed.GetValue(_bots) ?? [],
            AllowedBots = parsed.GetValue(_noBots) ?? [],
            MaxUnparsableShare = parsed.GetValue(_maxUnparsable),
        };
    }
}
