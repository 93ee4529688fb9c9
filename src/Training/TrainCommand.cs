using System.CommandLine;
using Twitch.Export;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary><c>twitch-train train</c>: prepares what is not prepared, trains or goes on training, and exports when done.</summary>
internal static class TrainCommand
{
    /// <summary>Folders within <c>--out</c>.</summary>
    public const string CheckpointFolder = "checkpoint", BundleFolder = "bundle", PreparedFolder = "prepared";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Train on recordings and their chat, and export a bundle; run it again to go on after an interruption");
        var input = new InputOptions();
        var sizes = new PresetOptions(readsPastChat: true);
        var training = new TrainingOptions();
        Option<bool> cuda = ExportCommand.CudaOption();
        var output = new Option<string>("--out") { Description = "Folder for checkpoint, bundle and prepared recordings", Required = true, HelpName = "DIR" };
        input.AddTo(command, perceives: true);
        sizes.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(cuda);
        training.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            ModelConfig config = sizes.Config(parsed);
            TrainerOptions options = input.Wording(parsed, training.Read(parsed, config.Preset));
            string folder = parsed.GetValue(output)!, store = input.PreparedFolder(parsed, Path.Combine(folder, PreparedFolder));
            using var senses = PreparedSenses.Of(config, store, input.Eyes(parsed), input.Ears(parsed));
            IReadOnlyList<PreparedStream> streams = PrepareCommand.Run(
                input.Recordings(parsed), senses.Config, senses.Open(), input.ChatLog(parsed) with { WordingUntil = options.Until }, store, parsed.InvocationConfiguration.Error, cancellation,
                input.Frames(parsed), input.Jobs(parsed));
            try
            {
                Run(streams, senses, options, folder, new ExportOptions { Cuda = parsed.GetValue(cuda) }, parsed.InvocationConfiguration, cancellation);
            }
            finally
            {
                foreach (PreparedStream stream in streams)
                    stream.Dispose();
            }
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(IReadOnlyList<PreparedStream> streams, PreparedSenses senses, TrainerOptions options, string folder, ExportOptions export, InvocationConfiguration console, CancellationToken cancellation)
    {
        ModelConfig prepared = senses.Config with { FrameSampling = streams[0].Info.Source.Sampling };
        string checkpointFolder = Path.Combine(folder, CheckpointFolder), bundleFolder = Path.Combine(folder, BundleFolder);
        try
        {
            using ITrainingProgress progress = ProgressDisplay.Create(Console.IsErrorRedirected);
            new Trainer(streams, prepared, options, checkpointFolder, progress, senses.Folder).Run(cancellation);
        }
        catch (OperationCanceledException)
        {
            console.Error.WriteLine("Stopped and saved; the same command goes on from here.");
            throw;
        }
        ExportCommand.Run(checkpointFolder, bundleFolder, export, console, TrainingData.Create(streams, prepared, options));
    }
}
