using System.CommandLine.Parsing;

namespace Twitch.Live;

/// <summary>Reads the times of an option; a wrong one is an error of the command line.</summary>
internal static class TimeArgument
{
    public static TimeSpan[] ParseAll(ArgumentResult result)
    {
        var times = new List<TimeSpan>();
        foreach (Token token in result.Tokens)
        {
            if (StreamTime.TryParse(token.Value) is TimeSpan time)
                times.Add(time);
            else
                result.AddError($"{Name(result)} is '{token.Value}'; it must be a time such as 1:02:03, 62:03 or 3723.5.");
        }
        return [.. times];
    }

    public static TimeSpan? ParseOne(ArgumentResult result) => ParseAll(result) is [TimeSpan time, ..] ? time : null;

    private static string Name(ArgumentResult result) => result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
}
