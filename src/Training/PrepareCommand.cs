using System.CommandLine;
using System.Globalization;
using Twitch.Runtime;
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
        input.AddTo(command, perceives: true);
        sizes.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            (TextWriter output, TextWriter messages) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            string folder = input.PreparedFolder(parsed, "prepared");
            using var senses = PreparedSenses.Of(sizes.Config(parsed), folder, input.Eyes(parsed), input.Ears(parsed));
            foreach (PreparedStream stream in Run(input.Recordings(parsed), senses.Config, senses.Open(), input.ChatLog(parsed), folder, messages, cancellation))
            {
                output.WriteLine(stream.Folder);
                stream.Dispose();
            }
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Prepares every recording, or finds it prepared, and reads its chat.</summary>
    /// <param name="recordings">What is to be prepared.</param>
    /// <param name="config">Sizes of frames, how sound is analysed, and which eyes and ears there are.</param>
    /// <param name="opened">Those, opened; absent if there are none.</param>
    /// <param name="chat">How chat logs are read.</param>
    /// <param name="folder">Where prepared recordings are kept.</param>
    /// <param name="messages">Receives progress and reports.</param>
    /// <param name="cancellation">Stops between two seconds; what is stored is kept.</param>
    /// <returns>The recordings in their order; the caller disposes them.</returns>
    public static IReadOnlyList<PreparedStream> Run(IReadOnlyList<Recorded> recordings, ModelConfig config, Senses? opened, ChatLogOptions chat, string folder, TextWriter messages, CancellationToken cancellation)
    {
        var streams = new List<PreparedStream>();
        try
        {
            foreach (Recorded recording in recordings)
            {
                messages.WriteLine($"{recording.Media.Video}:");
                var progress = new PrepareLines(messages);
                var stream = PreparedStream.Prepare(recording.Media, config, opened, recording.Chat, chat, folder, progress, cancellation);
                streams.Add(stream);
                Report(stream, messages);
            }
        }
        catch
        {
            streams.ForEach(stream => stream.Dispose());
            throw;
        }
        return streams;
    }

    private static void Report(PreparedStream stream, TextWriter messages)
    {
        MediaReport media = stream.Info.Report;
        messages.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {StreamTime.Format(TimeSpan.FromSeconds(stream.FrameCount))} of stream, {stream.StoreBytes / 1e6:0.0} MB in {stream.Folder}; ")
            + (stream.Reused ? "prepared before" : string.Create(CultureInfo.InvariantCulture, $"{media.MinutesPerSecond:0.0} minutes of stream per second of work")));
        foreach (string warning in media.Warnings)
            messages.WriteLine($"  warning: {warning}");
        foreach (string line in stream.Chat.Lines())
            messages.WriteLine($"  {line}");
    }
}
