using System.CommandLine;

namespace Twitch.Training.Chat;

/// <summary><c>twitch-train chat FILE</c>: what a chat log holds and whether it is enough to train on, before a recording is prepared for it.</summary>
internal static class ChatCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("chat", "Say what a chat log holds: its format, what is kept and dropped and why, and whether it is enough to train on");
        var file = new Argument<string>("file") { Description = "Chat log, any known format, also gzip" };
        var input = new InputOptions();
        var length = new Option<string?>("--length") { Description = "Length of the recording, to say what lies outside: 1:02:03 or seconds", HelpName = "TIME" };
        command.Arguments.Add(file);
        input.AddChatTo(command);
        command.Options.Add(length);
        command.SetAction(parsed =>
        {
            ChatLogOptions options = input.ChatLog(parsed) with { FromFirstComment = true };
            if (parsed.GetValue(length) is string text)
                options = options with { Duration = StreamTime.Parse(text, "--length") };
            foreach (string line in new ChatSummary(ChatLog.Read(parsed.GetValue(file)!, options)).Lines())
                parsed.InvocationConfiguration.Output.WriteLine(line);
            return 0;
        });
        return command;
    }
}
