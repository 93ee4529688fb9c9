using System.CommandLine;
using System.Globalization;
using Twitch.Media;
using Twitch.Runtime;
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
            foreach (PreparedStream stream in Run(input.Recordings(parsed), senses.Config, senses.Open(), input.ChatLog(parsed), folder, messages, cancellation, input.Frames(parsed), input.Jobs(parsed)))
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
    /// <param name="frames">Which pictures are taken; absent: keyframes where all recordings have enough of them.</param>
    /// <param name="jobs">Recordings prepared at once.</param>
    /// <returns>The recordings in their order, all with the same pictures taken; the caller disposes them.</returns>
    public static IReadOnlyList<PreparedStream> Run(
        IReadOnlyList<Recorded> recordings, ModelConfig config, Senses? opened, ChatLogOptions chat, string folder, TextWriter messages, CancellationToken cancellation,
        FrameSampling? frames = null, int jobs = 1)
    {
        config = config with { FrameSampling = frames ?? (recordings.All(HasKeyframes) ? FrameSampling.Keyframes : FrameSampling.Exact) };
        foreach (Recorded recording in recordings)
            PreparedStream.CheckChat(recording.Media, config, recording.Chat, chat, folder);
        try
        {
            return PrepareAll(recordings, config, opened, chat, folder, messages, jobs, cancellation);
        }
        catch (KeyframesRefusedException e)
        {
            messages.WriteLine($"  {e.Message}");
            return PrepareAll(recordings, config with { FrameSampling = FrameSampling.Exact }, opened, chat, folder, messages, jobs, cancellation);
        }

        bool HasKeyframes(Recorded recording) => KeyframeProbe.HasEnough(recording.Media);
    }

    private static PreparedStream[] PrepareAll(
        IReadOnlyList<Recorded> recordings, ModelConfig config, Senses? opened, ChatLogOptions chat, string folder, TextWriter messages, int jobs, CancellationToken cancellation)
    {
        var streams = new PreparedStream?[recordings.Count];
        try
        {
            Parallel.For(0, recordings.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation }, i =>
            {
                Recorded recording = recordings[i];
                if (jobs == 1)
                    messages.WriteLine($"{recording.Media.Video}:");
                var progress = new PrepareLines(messages, jobs == 1 ? "" : $"{Path.GetFileName(recording.Media.Video)}: ");
                streams[i] = PreparedStream.Prepare(recording.Media, config, opened, recording.Chat, chat, folder, progress, cancellationToken: cancellation);
                lock (streams)
                {
                    if (jobs > 1)
                        messages.WriteLine($"{recording.Media.Video}:");
                    Report(streams[i]!, messages);
                }
            });
        }
        catch (Exception e)
        {
            foreach (PreparedStream? stream in streams)
                stream?.Dispose();
            Exception first = e is AggregateException { InnerException: { } inner } ? inner : e;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
        return [.. streams.OfType<PreparedStream>()];
    }

    private static void Report(PreparedStream stream, TextWriter messages)
    {
        MediaReport media = stream.Info.Report;
        messages.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {StreamTime.Format(TimeSpan.FromSeconds(stream.FrameCount))} of stream, {stream.StoreBytes / 1e6:0.0} MB in {stream.Folder}; ")
            + (stream.Info.Source.Sampling == FrameSampling.Keyframes ? "keyframes; " : "")
            + (stream.Reused ? "prepared before" : string.Create(CultureInfo.InvariantCulture, $"{media.MinutesPerSecond:0.0} minutes of stream per second of work")));
        foreach (string warning in media.Warnings)
            messages.WriteLine($"  warning: {warning}");
        foreach (string line in stream.Chat.Lines())
            messages.WriteLine($"  {line}");
    }
}
