using System.CommandLine;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>The options that open a bundle, shared by the verbs.</summary>
internal sealed class ModelArguments : IVerbArguments
{
    /// <summary>The bundle's folder.</summary>
    public Option<string> Bundle { get; } = new("--bundle", "-b") { Description = "Folder that 'twitch-train export' made.", Required = true, HelpName = "folder" };

    private readonly Option<string> _provider = new Option<string>("--provider") { Description = "What runs the graphs; there is no fall-back.", DefaultValueFactory = _ => "cpu" }
        .AcceptOnlyFromAmong("cpu", "cuda");

    private readonly Option<string> _precision = new Option<string>("--precision") { Description = "Numbers that the decoder computes in; what int8 and float16 cost, info says. float16 is for cuda.", DefaultValueFactory = _ => GraphVariant.FullPrecision }
        .AcceptOnlyFromAmong(GraphVariant.FullPrecision, GraphVariant.HalfPrecision, GraphVariant.EightBit);

    private readonly Option<int> _threads = new("--threads") { Description = "Threads within one operator.", DefaultValueFactory = _ => new RuntimeOptions().IntraOpThreads, HelpName = "n" };

    private readonly Option<string?> _bannedWords = new("--banned-words") { Description = "List of words that are never said: UTF-8, one a line; word, word*, *word* or two words.", HelpName = "file" };

    private readonly Option<bool> _noDefaultBannedWords = new("--no-default-banned-words") { Description = "Leave out the built-in list of slurs." };

    public void AddTo(Command command)
    {
        command.Add(Bundle);
        command.Add(_provider);
        command.Add(_precision);
        command.Add(_threads);
        command.Add(_bannedWords);
        command.Add(_noDefaultBannedWords);
    }

    /// <summary>Tells how many comments the rules of speech kept back, if there were any.</summary>
    public static Task NoteWithheldAsync(CommentModel model, TextWriter error) => model.Speaker.WithheldCount == 0 ? Task.CompletedTask : error.WriteLineAsync(
        $"note: {model.Speaker.WithheldCount} comments might not be said, however often they were drawn, and were withheld.");

    public CommentModel Open(ParseResult parsed) => CommentModel.Open(parsed.GetRequiredValue(Bundle), Options(parsed));

    public RuntimeOptions Options(ParseResult parsed) => new()
    {
        Provider = parsed.GetRequiredValue(_provider) == "cuda" ? ExecutionProvider.Cuda : ExecutionProvider.Cpu,
        Precision = RuntimeOptions.PrecisionOf(parsed.GetRequiredValue(_precision)),
        IntraOpThreads = parsed.GetRequiredValue(_threads),
        BannedWords = Banned(parsed),
    };

    private BannedWords Banned(ParseResult parsed)
    {
        BannedWords words = parsed.GetValue(_noDefaultBannedWords) ? BannedWords.None : BannedWords.Default;
        return parsed.GetValue(_bannedWords) is string path ? words.And(BannedWords.Load(path)) : words;
    }
}
