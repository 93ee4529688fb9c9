using System.Globalization;
using System.Runtime.InteropServices;
using Twitch.Media;

namespace Twitch.Training.Prepared;

/// <summary>Writes a recording's frames and mel steps second by second, and goes on where a killed run stopped.</summary>
internal sealed class FeatureWriter : IDisposable
{
    private const string DamageFile = "damage.txt";    // where the picture was damaged so far, in ticks of a TimeSpan; gone when all is written
    private const int HeldByAnother = 11;    // EWOULDBLOCK, which .NET gives for a file that is locked

    private readonly PreparedSource _source;
    private readonly string _damageFile;
    private readonly FileStream _frames, _mel;

    private FeatureWriter(PreparedSource source, string folder, FileStream frames, FileStream mel) =>
        (_source, _damageFile, _frames, _mel) = (source, Path.Combine(folder, DamageFile), frames, mel);

    /// <summary>Makes the folder of a recording: filled beside its place, then renamed into it. What a killed run left there is
    /// used if its last second, decoded again, has the same bytes.</summary>
    /// <exception cref="TwitchException">The recording cannot be used, or the disk is full or may not be written to (exit code 1).</exception>
    public static void Write(MediaSource media, PreparedSource source, string folder, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        string partial = folder + ".partial";
        Recording recording = Recording.Open(media, source.Frame, source.Mel);
        try
        {
            Directory.CreateDirectory(partial);
            PreparedInfo info;
            using (FeatureWriter writer = Open(source, partial))
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
        _frames.Dispose();
        _mel.Dispose();
    }

    private static FeatureWriter Open(PreparedSource source, string folder)
    {
        try
        {
            var frames = new FileStream(Path.Combine(folder, PreparedStream.FramesFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new FeatureWriter(source, folder, frames, new FileStream(Path.Combine(folder, PreparedStream.MelFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult == HeldByAnother)
        {
            throw new TwitchException($"{folder}: cannot be written ({e.Message}); another run may be preparing this recording: wait for it, or end it.", ExitCode.Failed, e);
        }
    }

    // The steps of a second are written before its frame, so after a kill the frames tell how many seconds are whole; after a power cut either may.
    private PreparedInfo? Resume(Recording recording, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken)
    {
        int last = (int)(_frames.Length / _source.Frame.ByteCount) - 1;
        while (last >= 1 && _mel.Length < Bytes(StepsBefore(last + 1)))
            last--;
        if (last < 1)
            return null;
        long steps = StepsBefore(last + 1);

        var frame = new byte[_source.Frame.ByteCount];
        var mel = new byte[Bytes(steps) - Bytes(StepsBefore(last))];
        _frames.Position = (long)last * frame.Length;
        _mel.Position = Bytes(StepsBefore(last));
        _frames.ReadExactly(frame);
        _mel.ReadExactly(mel);
        return Fill(recording, last, progress, cancellationToken,
            isSame: second => second.Frame.Span.SequenceEqual(frame) && MemoryMarshal.AsBytes(second.Mel.Span).StartsWith(mel));
    }

    private PreparedInfo? Fill(
        Recording recording, int first, IProgress<PrepareProgress>? progress, CancellationToken cancellationToken, Func<StreamSecond, bool>? isSame = null)
    {
        _frames.SetLength((long)first * _source.Frame.ByteCount);
        _mel.SetLength(Bytes(StepsBefore(first)));
        _frames.Position = _frames.Length;
        _mel.Position = _mel.Length;
        List<TimeSpan> damage = DamageBefore(first);
        foreach (StreamSecond second in recording.Seconds(first, cancellationToken: cancellationToken))
        {
            if (second.Index == first && isSame?.Invoke(second) == false)
                return null;
            foreach (TimeSpan place in recording.Report.Damage.Except(damage).ToArray())
            {
                File.AppendAllLines(_damageFile, [place.Ticks.ToString(CultureInfo.InvariantCulture)]);
                damage.Add(place);
            }
            _mel.Write(MemoryMarshal.AsBytes(second.Mel.Span));
            _mel.Flush();
            _frames.Write(second.Frame.Span);
            _frames.Flush();
            progress?.Report(new PrepareProgress(TimeSpan.FromSeconds(second.Index + 1), recording.Length, recording.Report.MinutesPerSecond));
        }
        int frames = (int)(_frames.Length / _source.Frame.ByteCount);
        if (frames == first)
            return null;    // the seek found nothing there
        File.Delete(_damageFile);
        return new PreparedInfo(_source, frames, _mel.Length / Bytes(1), recording.Report);
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

    // Steps that the seconds before this one brought.
    private long StepsBefore(int second) => _source.Mel.StepsEndingBy(TimeSpan.FromSeconds(second - 1));

    private long Bytes(long steps) => steps * _source.Mel.MelCount * sizeof(float);
}
