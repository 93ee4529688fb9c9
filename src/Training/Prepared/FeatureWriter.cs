using System.Diagnostics;
using System.Text.Json;
using Twitch.Media;
using Twitch.Runtime;

namespace Twitch.Training.Prepared;

/// <summary>Keyframes were to stand for the seconds of a recording, and cannot.</summary>
/// <param name="message">Why.</param>
public sealed class KeyframesRefusedException(string message) : Exception(message);

/// <summary>Writes what is kept of a recording, and goes on where a killed run stopped.</summary>
/// <remarks>A recording is read in stretches, each sought and decoded anew, whether or not a run was killed; so a run that goes on writes the same bytes. What is known of a stretch is written once it is whole. A recording that cannot be sought in is one stretch.</remarks>
internal sealed class FeatureWriter : IDisposable
{
    private const string ReportFile = "stretches.jsonl";    // a report for each stretch that is whole; gone when all is written
    private const int HeldByAnother = 11;                   // EWOULDBLOCK, which .NET gives for a file that is locked

    private readonly PreparedSource _source;
    private readonly SecondFeatures _features;
    private readonly string _reportFile;
    private readonly FileStream[] _files;    // the frames' first
    private readonly int _stretch;           // seconds

    private FeatureWriter(PreparedSource source, SecondFeatures features, string folder, FileStream[] files, int stretch) =>
        (_source, _features, _reportFile, _files, _stretch) = (source, features, Path.Combine(folder, ReportFile), files, stretch);

    /// <summary>Makes the folder of a recording: filled beside its place, then renamed into it.</summary>
    /// <exception cref="TwitchException">The recording cannot be used, or the disk is full or may not be written to (exit code 1).</exception>
    /// <exception cref="KeyframesRefusedException">Keyframes cannot stand for the seconds.</exception>
    public static void Write(
        MediaSource media, PreparedSource source, Senses? senses, string folder, int stretchSeconds, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        string partial = folder + ".partial";
        Recording recording = Recording.Open(media, source.Captured, source.Mel, source.Sampling);
        try
        {
            Directory.CreateDirectory(partial);
            PreparedInfo info;
            using (FeatureWriter writer = Open(source, senses, partial, stretchSeconds))
                info = writer.Fill(recording, progress, cancellationToken);
            JsonFile.Write(Path.Combine(partial, PreparedStream.InfoFile), info, PreparedJson.Default.PreparedInfo);
            File.Delete(Path.Combine(partial, ReportFile));
            AtomicFolder.Replace(folder, partial);    // what stands there was found damaged
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{partial}: cannot be written ({e.Message}); make room there, or prepare elsewhere. What is there already will be used.", ExitCode.Failed, e);
        }
        catch (KeyframesRefusedException)
        {
            Directory.Delete(partial, recursive: true);    // nothing of it is of use
            throw;
        }
    }

    public void Dispose()
    {
        foreach (FileStream file in _files)
            file.Dispose();
    }

    private static FeatureWriter Open(PreparedSource source, Senses? senses, string folder, int stretch)
    {
        var features = new SecondFeatures(source, senses);
        var files = new List<FileStream>();
        try
        {
            foreach (string name in features.Files)
                files.Add(new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return new FeatureWriter(source, features, folder, [.. files], stretch);
        }
        catch (IOException e)
        {
            files.ForEach(file => file.Dispose());
            if (e.HResult != HeldByAnother)
                throw;
            throw new TwitchException($"{folder}: cannot be written ({e.Message}); another run may be preparing this recording: wait for it, or end it.", ExitCode.Failed, e);
        }
    }

    private PreparedInfo Fill(Recording recording, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        List<MediaReport> reports = WholeStretches(recording.CanSeek);
        int next = reports.Count * _stretch, begun = next;
        long steps = _source.Mel.StepsEndingBy(TimeSpan.FromSeconds(next - 1));
        Truncate(next);
        var work = Stopwatch.StartNew();
        while (true)
        {
            int first = next;
            int? end = recording.CanSeek ? first + _stretch : null;
            foreach (StreamSecond second in recording.Seconds(first, end, cancellationToken))
            {
                if (recording.Sampling != _source.Sampling)
                    break;
                Write(_features.Of(second));
                steps += second.Mel.Length / _source.Mel.MelCount;
                next = second.Index + 1;
                progress?.Report(new PrepareProgress(TimeSpan.FromSeconds(next), recording.Length, (next - begun) / 60.0 / work.Elapsed.TotalSeconds));
            }
            if (recording.Sampling != _source.Sampling)
                throw new KeyframesRefusedException(recording.Report.Warnings[0]);
            foreach (FileStream file in _files)
                file.Flush();
            reports.Add(recording.Report);
            if (next != end)
                break;
            File.AppendAllLines(_reportFile, [JsonSerializer.Serialize(recording.Report, CompactJson.Default.MediaReport)]);
        }
        return new PreparedInfo(_source, next, steps, Joined(reports, recording.Length));
    }

    private void Write(ReadOnlyMemory<byte>[] pieces)
    {
        for (int i = _files.Length - 1; i >= 0; i--)
            _files[i].Write(pieces[i].Span);
    }

    // Reports of the stretches that are there whole, in the files too: after a power cut either may be ahead.
    private List<MediaReport> WholeStretches(bool canSeek)
    {
        List<MediaReport> reports = [];
        if (!canSeek || !File.Exists(_reportFile))
            return reports;
        foreach (string line in File.ReadLines(_reportFile))
        {
            bool isThere = _files.Zip(_features.BytesBefore((reports.Count + 1) * _stretch)).All(file => file.First.Length >= file.Second);
            if (!isThere || Read(line) is not { } report)
                break;
            reports.Add(report);
        }
        File.WriteAllLines(_reportFile, reports.Select(report => JsonSerializer.Serialize(report, CompactJson.Default.MediaReport)));
        return reports;
    }

    private static MediaReport? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CompactJson.Default.MediaReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Truncate(int second)
    {
        foreach ((FileStream file, long bytes) in _files.Zip(_features.BytesBefore(second)))
        {
            file.SetLength(bytes);
            file.Position = bytes;
        }
    }

    private static MediaReport Joined(List<MediaReport> reports, TimeSpan? promised) => new(
        promised, reports[^1].Picture, reports[^1].Sound, reports.Sum(report => report.FramesDecoded),
        new TimeSpan(reports.Sum(report => report.Work.Ticks)), new TimeSpan(reports.Sum(report => report.Read.Ticks)),
        [.. reports.SelectMany(report => report.Warnings).Distinct()]);
}
