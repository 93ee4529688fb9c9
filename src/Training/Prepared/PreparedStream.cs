using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Twitch.Media;
using Twitch.Runtime;
using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>A recording in the store: what training needs of each second, once, mapped into memory, and its comments.</summary>
/// <remarks>
/// The store has a folder for each recording and its settings, named by their hash: <c>frames.u8</c> [seconds, height, width, 3]; <c>frame_features.f32</c> and
/// <c>sound_features.f32</c> [seconds, features], or without eyes and ears <c>mel.f32</c> [steps, n_mels]; <c>stream.json</c> and a <c>comments-….jsonl</c> for each
/// chat log. A folder is whole or not there.
/// </remarks>
public sealed class PreparedStream : IPreparedStream, IDisposable
{
    /// <summary>File names within the folder.</summary>
    public const string FramesFile = "frames.u8", MelFile = "mel.f32", FrameFeaturesFile = "frame_features.f32", SoundFeaturesFile = "sound_features.f32", InfoFile = "stream.json";

    /// <summary>Seconds of stream that are read at a time, unless told otherwise.</summary>
    public const int StretchSeconds = 300;

    private readonly List<IDisposable> _mapped = [];
    private readonly MemoryMappedViewAccessor _frames;
    private readonly MemoryMappedViewAccessor? _mel, _frameFeatures, _soundFeatures;

    private PreparedStream(string folder, PreparedInfo info, StoredChat chat, bool reused)
    {
        (Folder, Info, Comments, Chat, Reused) = (folder, info, chat.Comments, chat.Report, reused);
        _frames = Map(FramesFile);
        if (info.Source.Ears is null)
            _mel = Map(MelFile);
        else
            (_frameFeatures, _soundFeatures) = (Map(FrameFeaturesFile), Map(SoundFeaturesFile));
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>What it was made of, and what was got from the recording.</summary>
    public PreparedInfo Info { get; }

    /// <summary>What became of the chat log's lines.</summary>
    public ParseReport Chat { get; }

    /// <summary>The frames and steps were there already.</summary>
    public bool Reused { get; }

    /// <summary>Bytes on disk, without the comments.</summary>
    public long StoreBytes => Contents(Info).Sum(file => file.Bytes);

    /// <inheritdoc/>
    public int FrameCount => Info.FrameCount;

    /// <inheritdoc/>
    public long StepCount => Info.Source.Ears is null ? Info.StepCount : FrameCount;

    /// <inheritdoc/>
    public IReadOnlyList<ChatComment> Comments { get; }

    /// <summary>Finds a recording in the store, or prepares it; a run that was killed is continued.</summary>
    /// <param name="media">The recording.</param>
    /// <param name="config">Size of the frames, how sound is analysed, and which eyes and ears there are.</param>
    /// <param name="senses">Those eyes and ears, opened.</param>
    /// <param name="log">The chat log.</param>
    /// <param name="options">How the log is read; the recording's length is filled in.</param>
    /// <param name="store">Folder of the store; created if absent.</param>
    /// <param name="progress">Told after every second that is stored.</param>
    /// <param name="stretchSeconds">Seconds of stream that are read at a time; a run that is killed loses one such stretch at most.</param>
    /// <param name="cancellationToken">Stops between two seconds; what is stored is kept for the next run.</param>
    /// <exception cref="TwitchException">The recording or the log cannot be used.</exception>
    /// <exception cref="KeyframesRefusedException">Keyframes are asked for and cannot stand for the seconds.</exception>
    public static PreparedStream Prepare(
        MediaSource media, ModelConfig config, Senses? senses, string log, ChatLogOptions options, string store,
        IProgress<PrepareProgress>? progress = null, int stretchSeconds = StretchSeconds, CancellationToken cancellationToken = default)
    {
        PreparedSource source = SourceOf(media, config);
        string folder = Path.Combine(store, source.Key);
        bool reused = Find(folder) is not null;
        if (!reused)
            FeatureWriter.Write(media, source, senses, folder, stretchSeconds, progress, cancellationToken);
        PreparedInfo info = Find(folder)!;
        StoredChat chat = StoredChat.Of(log, options with { Duration = options.Duration ?? TimeSpan.FromSeconds(info.FrameCount) }, folder);
        return new PreparedStream(folder, info, chat, reused);
    }

    /// <summary>Reads a recording's chat log before anything of the recording is decoded: a log that cannot be used is told within seconds.</summary>
    /// <remarks>Of a recording that is not in the store only the length that its container states is known; a log is refused for it with a margin.</remarks>
    /// <inheritdoc cref="Prepare"/>
    public static void CheckChat(MediaSource media, ModelConfig config, string log, ChatLogOptions options, string store)
    {
        string folder = Path.Combine(store, SourceOf(media, config).Key);
        if (Find(folder) is { } info)
            StoredChat.Of(log, options with { Duration = options.Duration ?? TimeSpan.FromSeconds(info.FrameCount) }, folder);
        else
            ChatLog.Read(log, options with { Duration = options.Duration ?? (InspectedMedia.Of(media).Length is { } length ? length * 1.1 + TimeSpan.FromMinutes(1) : null) });
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Frames(int first, int count)
    {
        Check(first, count, FrameCount);
        int bytes = Info.Source.Frame.ByteCount;
        return View<byte>(_frames, (long)first * bytes, checked(count * bytes));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Mel(long first, int count) => Rows(_mel, MelFile, first, count, Info.StepCount, Info.Source.Mel.MelCount);

    /// <inheritdoc/>
    public ReadOnlySpan<float> FrameFeatures(int first, int count) => Rows(_frameFeatures, FrameFeaturesFile, first, count, FrameCount, Info.Source.Eyes?.FeatureCount ?? 0);

    /// <inheritdoc/>
    public ReadOnlySpan<float> SoundFeatures(int first, int count) => Rows(_soundFeatures, SoundFeaturesFile, first, count, FrameCount, Info.Source.Ears?.FeatureCount ?? 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable mapped in _mapped)
            mapped.Dispose();
    }

    private ReadOnlySpan<float> Rows(MemoryMappedViewAccessor? file, string name, long first, int count, long total, int size)
    {
        if (file is null)
            throw new InvalidOperationException($"{Folder} has no {name}: it was prepared {(Info.Source.Ears is null ? "without" : "with")} eyes and ears");
        Check(first, count, total);
        return View<float>(file, first * size, checked(count * size));
    }

    private static PreparedSource SourceOf(MediaSource media, ModelConfig config) => new(
        PreparedSource.CurrentVersion, SourceIdentity.Of(media.Video), media.Audio is null ? null : SourceIdentity.Of(media.Audio),
        config.Eyes is null ? config.Frame : PreparedSource.Small, config.Mel, config.Eyes, config.Ears, config.FrameSampling);

    // A folder whose files do not have the sizes that stream.json says is as good as none.
    private static PreparedInfo? Find(string folder)
    {
        PreparedInfo info;
        try
        {
            info = JsonFile.Read(Path.Combine(folder, InfoFile), PreparedJson.Default.PreparedInfo);
        }
        catch (TwitchException)
        {
            return null;
        }
        return Contents(info).All(entry => new FileInfo(Path.Combine(folder, entry.File)) is { Exists: true } file && file.Length == entry.Bytes) ? info : null;
    }

    private static (string File, long Bytes)[] Contents(PreparedInfo info)
    {
        PreparedSource source = info.Source;
        long seconds = info.FrameCount;
        return source is { Eyes: { } eyes, Ears: { } ears }
            ? [(FramesFile, seconds * source.Frame.ByteCount), (FrameFeaturesFile, seconds * eyes.FeatureCount * sizeof(float)), (SoundFeaturesFile, seconds * ears.FeatureCount * sizeof(float))]
            : [(FramesFile, seconds * source.Frame.ByteCount), (MelFile, info.StepCount * source.Mel.MelCount * sizeof(float))];
    }

    // Views lie outside of the garbage collector's memory: a bound that is missed would be a crash.
    private static void Check(long first, int count, long total)
    {
        if (first < 0 || count < 0 || first + count > total)
            throw new ArgumentOutOfRangeException(nameof(first), $"[{first}, {first + count}) is not within [0, {total})");
    }

    private static unsafe ReadOnlySpan<T> View<T>(MemoryMappedViewAccessor view, long first, int count) where T : unmanaged
    {
        byte* start = null;
        SafeBuffer handle = view.SafeMemoryMappedViewHandle;
        handle.AcquirePointer(ref start);
        handle.ReleasePointer();    // the view keeps the mapping until Dispose
        return new ReadOnlySpan<T>(start + view.PointerOffset + first * sizeof(T), count);
    }

    private MemoryMappedViewAccessor Map(string name)
    {
        var file = MemoryMappedFile.CreateFromFile(Path.Combine(Folder, name), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _mapped.AddRange([view, file]);
        return view;
    }
}
