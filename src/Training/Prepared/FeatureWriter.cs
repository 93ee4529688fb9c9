using System.Globalization;
using Twitch.Runtime;
using Twitch.Runtime.Capture;

namespace Twitch.Training.Prepared;

/// <summary>Writes what is kept of a recording second by second, and goes on where a killed run stopped.</summary>
internal sealed class FeatureWriter : IDisposable
{
    private const string DamageFile = "damage.txt";    // where the picture was damaged so far, in ticks of a TimeSpan; gone when all is written
    private const int HeldByAnother = 11;    // EWOULDBLOCK, which .NET gives for a file that is locked

    private readonly PreparedSource _source;
    private readonly SecondFeatures _features;
    private readonly string _damageFile;
    private readonly FileStream[] _files;    // the frames' first

    private FeatureWriter(PreparedSource source, SecondFeatures features, string folder, FileStream[] files) =>
        (_source, _features, _damageFile, _files) = (source, features, Path.Combine(folder, DamageFile), files);

    /// <summary>Makes the folder of a recording: filled beside its place, then renamed into it. What a killed run left there is
    /// used if its last second, decoded again, has the same bytes.</summary>
    /// <exception cref="TwitchException">The recording cannot be used, or the disk is full or may not be written to (exit code 1).</exception>
    public static void Write(MediaSource media, PreparedSource source, Senses? senses, string folder, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        string partial = folder + ".partial";
        Recording recording = Recording.Open(media, source.Captured, source.Mel);
        try
        {
            Directory.CreateDirectory(partial);
            PreparedInfo info;
            using (FeatureWriter writer = Open(source, senses, partial))
            {
                info = writer.Resume(recording, progress, cancellationToken) ?? writer.Fill(recording, 0, progress, cancellationToken)!;
            }
            JsonFile.Write(Path.Combine(partial, PreparedStream.InfoFile), info, PreparedJson.Default.PreparedInfo);
            AtomicFolder.Replace(folder, partial);    // what stands there was found damaged
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{partial}: cannot be written ({e.Message}); make room there, or prepare elsewhere. What is there already will be used.", ExitCode.Failed, e);
        }
    }

    public void Dispose()
    {
        foreach (FileStream file in _files)
            file.Dispose();
    }

    private static FeatureWriter Open(PreparedSource source, Senses? senses, string folder)
    {
        var features = new SecondFeatures(source, senses);
        var files = new List<FileStream>();
        try
        {
            foreach (string name in features.Files)
                files.Add(new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return new FeatureWriter(source, features, folder, [.. files]);
        }
        catch (IOException e)
        {
            files.ForEach(file => file.Dispose());
            if (e.HResult != HeldByAnother)
                throw;
            throw new TwitchException($"{folder}: cannot be written ({e.Message}); another run may be preparing this recording: wait for it, or end it.", ExitCode.Failed, e);
        }
    }

    // The frame of a second is written last, so after a kill the frames tell how many seconds are whole; after a power cut any may.
    private PreparedInfo? Resume(Recording recording, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        int last = (int)(_files[0].Length / _source.Frame.ByteCount) - 1;
        while (last >= 1 && _files.Zip(_features.BytesBefore(last + 1)).Any(pair => pair.First.Length < pair.Second))
            last--;
        if (last < 1)
            return null;

        byte[][] there = [.. _files.Zip(_features.BytesBefore(last), _features.BytesBefore(last + 1)).Select(part =>
        {
            var piece = new byte[part.Third - part.Second];
            part.First.Position = part.Second;
            part.First.ReadExactly(piece);
            return piece;
        })];
        return Fill(recording, last, progress, cancellationToken,
            isSame: pieces => pieces.Zip(there).All(pair => pair.First.Span.StartsWith(pair.Second)));
    }

    private PreparedInfo? Fill(
        Recording recording, int first, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken, Func<ReadOnlyMemory<byte>[], bool>? isSame = null)
    {
        foreach ((FileStream file, long bytes) in _files.Zip(_features.BytesBefore(first)))
        {
            file.SetLength(bytes);
            file.Position = bytes;
        }
        List<TimeSpan> damage = DamageBefore(first);
        long steps = _source.Mel.StepsEndingBy(TimeSpan.FromSeconds(first - 1));
        foreach (StreamSecond second in recording.Seconds(first, seekSound: false, damage: damage, cancellationToken: cancellationToken))
        {
            ReadOnlyMemory<byte>[] pieces = _features.Of(second);
            if (second.Index == first && isSame?.Invoke(pieces) == false)
                return null;
            foreach (TimeSpan place in recording.Report.Damage.Skip(damage.Count).ToArray())
            {
                File.AppendAllLines(_damageFile, [place.Ticks.ToString(CultureInfo.InvariantCulture)]);
                damage.Add(place);
            }
            for (int i = _files.Length - 1; i >= 0; i--)
            {
                _files[i].Write(pieces[i].Span);
                _files[i].Flush();
            }
            steps += second.Mel.Length / _source.Mel.MelCount;
            progress?.Report(new PrepareProgress(TimeSpan.FromSeconds(second.Index + 1), recording.Length, recording.Report.MinutesPerSecond));
        }
        int frames = (int)(_files[0].Length / _source.Frame.ByteCount);
        if (frames == first)
            return null;    // the seek found nothing there
        File.Delete(_damageFile);
        return new PreparedInfo(_source, frames, steps, recording.Report);
    }

    // What an earlier run found in the part that is not read again.
    private List<TimeSpan> DamageBefore(int first)
    {
        TimeSpan[] found = !File.Exists(_damageFile) ? [] :
            [.. File.ReadLines(_damageFile).Select(line => long.TryParse(line, CultureInfo.InvariantCulture, out long ticks) ? TimeSpan.FromTicks(ticks) : TimeSpan.MaxValue)];
        List<TimeSpan> before = [.. found.Where(place => place.TotalSeconds < first)];
        if (found.Length > 0)
            File.WriteAllLines(_damageFile, before.Select(place => place.Ticks.ToString(CultureInfo.InvariantCulture)));
        return before;
    }
}
