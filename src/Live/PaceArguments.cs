using System.CommandLine;
using System.CommandLine.Parsing;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>The options that let the model say when to comment, shared by the verbs.</summary>
/// <param name="description">What <c>--auto</c> does for the verb.</param>
internal sealed class PaceArguments(string description) : IVerbArguments
{
    private readonly Option<double?> _scale = new("--rate-scale") { Description = "With --auto: factor on how often the chat would comment; 1 if absent.", HelpName = "number" };
    private readonly Option<TimeSpan?> _leastGap = new("--least-gap") { Description = "With --auto: least time between two comments; 1 s if absent.", CustomParser = TimeArgument.ParseOne, HelpName = "time" };

    /// <summary>Whether the model decides.</summary>
    public Option<bool> Auto { get; } = new("--auto") { Description = description };

    public void AddTo(Command command)
    {
        command.Add(Auto);
        command.Add(_scale);
        command.Add(_leastGap);
        command.Validators.Add(Validate);
    }

    /// <summary>How often; null without <c>--auto</c>.</summary>
    public CommentPace? Of(ParseResult parsed, ulong seed)
    {
        if (!parsed.GetValue(Auto))
            return null;
        var pace = new CommentPace { Seed = seed };
        return pace with { Scale = parsed.GetValue(_scale) ?? pace.Scale, LeastGap = parsed.GetValue(_leastGap) ?? pace.LeastGap };
    }

    private void Validate(CommandResult result)
    {
        if (!result.GetValue(Auto) && (result.GetResult(_scale) ?? result.GetResult(_leastGap)) is OptionResult pace)
            result.AddError($"{pace.Option.Name} needs --auto.");
    }
}
