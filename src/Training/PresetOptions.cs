using System.CommandLine;

namespace Twitch.Training;

/// <summary>The options that choose the network's sizes; the verbs share them.</summary>
/// <param name="readsPastChat">Whether preset <c>standard</c> reads past chat unless told otherwise.</param>
internal sealed class PresetOptions(bool readsPastChat = false)
{
    private readonly Option<string> _preset = new("--preset") { Description = "Sizes of the network: standard, or published (as it was published, 1.3 GB)", DefaultValueFactory = _ => "standard", HelpName = "NAME" };
    private readonly Option<int?> _frame = new("--frame") { Description = "Height and width of a frame in pixels, instead of the preset's; preset published alone", HelpName = "PIXELS" };
    private readonly Option<int?> _window = new("--window") { Description = "Seconds of stream before a comment that explain it, instead of the preset's", HelpName = "SECONDS" };
    private readonly Option<int?> _vocabulary = new("--vocabulary") { Description = "Most words and pieces of the vocabulary, instead of the preset's", HelpName = "WORDS" };
    private readonly Option<int?> _hidden = new("--hidden") { Description = "Size of every LSTM's state, instead of the preset's", HelpName = "SIZE" };
    private readonly Option<int?> _pastChat = new("--past-chat")
    {
        Description = $"Let the network read the last comments of the chat before each one, so many, 0 for none; absent: {(readsPastChat ? $"{ChatSpec.Standard.CommentCount} with preset standard" : "none")}",
        HelpName = "COMMENTS",
    };
    private readonly Option<bool> _noRate = new("--no-rate") { Description = "Do not learn when people comment" };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_preset, _frame, _window, _vocabulary, _hidden, _pastChat, _noRate])
            command.Options.Add(option);
    }

    /// <summary>The sizes that were asked for.</summary>
    /// <exception cref="TwitchException">There is no such preset, or a size is out of range (exit code 2).</exception>
    public ModelConfig Config(ParseResult parsed)
    {
        ModelConfig config = ModelConfig.FromPreset(parsed.GetValue(_preset)!);
        if (readsPastChat && config.Preset == ModelConfig.Standard.Preset)
            config = config with { Chat = ChatSpec.Standard };
        if (parsed.GetValue(_frame) is int frame && config.Eyes is not null)
            throw new TwitchException($"--frame is for --preset published; the frames of preset {config.Preset} have the size that its eyes take, {config.Frame}.", ExitCode.Usage);
        if (parsed.GetValue(_frame) is int pixels)
            config = config with { Frame = new FrameSpec(pixels, pixels) };
        if (parsed.GetValue(_pastChat) is int comments)
            config = config with { Chat = comments == 0 ? null : (config.Chat ?? ChatSpec.Standard) with { CommentCount = comments } };
        if (parsed.GetValue(_noRate))
            config = config with { RateSize = 0 };
        config = config with
        {
            WindowSeconds = parsed.GetValue(_window) ?? config.WindowSeconds,
            VocabularySize = parsed.GetValue(_vocabulary) ?? config.VocabularySize,
            HiddenSize = parsed.GetValue(_hidden) ?? config.HiddenSize,
        };
        try
        {
            return config.Validate("the command line");
        }
        catch (TwitchException e)
        {
            throw new TwitchException(e.Message, ExitCode.Usage, e);
        }
    }
}
