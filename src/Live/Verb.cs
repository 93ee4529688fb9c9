using System.CommandLine;
using System.CommandLine.Parsing;

namespace Twitch.Live;

/// <summary>Options that several verbs share.</summary>
internal interface IVerbArguments
{
    /// <summary>Adds them, and what checks them.</summary>
    void AddTo(Command command);
}

/// <summary>Puts a verb together.</summary>
internal static class Verb
{
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="options">Its own options, in the order of the help.</param>
    /// <param name="shared">Those it shares with others.</param>
    /// <param name="run">Does it; gives the exit code.</param>
    /// <param name="validate">Checks what several options say together.</param>
    public static Command Of(
        string name, string description, IEnumerable<Option> options, IEnumerable<IVerbArguments> shared, Func<ParseResult, CancellationToken, Task<int>> run, Action<CommandResult>? validate = null)
    {
        var command = new Command(name, description);
        foreach (Option option in options)
            command.Add(option);
        foreach (IVerbArguments arguments in shared)
            arguments.AddTo(command);
        if (validate is not null)
            command.Validators.Add(validate);
        command.SetAction(run);
        return command;
    }
}
