using System.CommandLine;
using System.Globalization;
using Twitch.Runtime.Capture;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary><c>twitch-train prepare</c>: reads recordings and chat logs once and keeps what training needs of them.</summary>
internal static class PrepareCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("prepare", "Read recordings and chat logs once and keep what training needs of them");
        var input = new InputOptions();
        var sizes = new PresetOptions();
        input.AddTo(command);
        sizes.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            foreach (PreparedStream stream in Run(input.Recordings(parsed), sizes.Config(parsed), input.ChatLog(parsed), input.PreparedFolder(parsed, "prepared"), cancellation))
            {
                Console.WriteLine(stream.Folder);
                stream.Dispose();
            }
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Prepares every recording, or finds it prepared, and reads its chat; reports go to stderr.</summary>
    /// <returns>The recordings in their order; the caller disposes them.</returns>
    public static IReadOnlyList<PreparedStream> Run(IReadOnlyList<Recorded> recordings, ModelConfig config, ChatLogOptions chat, string folder, CancellationToken cancellation)
    {
        var streams = new List<PreparedStream>();
        try
        {
            foreach (Recorded recording in recordings)
            {
                Console.Error.WriteLine($"{recording.Media.Video}:");
                var progress = new PrepareLines(Console.Error);
                var stream = PreparedStream.Prepare(recording.Media, config.Frame, config.Mel, recording.Chat, chat, folder, progress, cancellation);
                streams.Add(stream);
                Report(stream);
            }
        }
        catch
        {
            streams.ForEach(stream => stream.Dispose());
            throw;
        }
        return streams;
    }

    private static void Report(PreparedStream stream)
    {
        MediaReport media = stream.Info.Report;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {StreamTime.Format(TimeSpan.FromSeconds(stream.FrameCount))} of stream, {stream.StoreBytes / 1e6:0.0} MB in {stream.Folder}; ")
            + (stream.Reused ? "prepared before" : string.Create(CultureInfo.InvariantCulture, $"{media.MinutesPerSecond:0.0} minutes of stream per second of work")));
        foreach (string warning in media.Warnings)
            Console.Error.WriteLine($"  warning: {warning}");
        foreach (string line in stream.Chat.Lines())
            Console.Error.WriteLine($"  {line}");
    }
}
