using System.CommandLine;
using Twitch.Training;

var root = new RootCommand("Learns from recordings and their chat to write what the chat would say.")
{
    PrepareCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    ExportCommand.Create(),
};
return await CommandLineApp.RunAsync(root, args);
