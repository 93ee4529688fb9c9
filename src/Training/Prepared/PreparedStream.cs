using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Twitch.Media;
using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>A recording in the store: its frames and mel steps, each second once, mapped into memory, and its comments.</summary>
/// <remarks>
/// The store has a folder for each recording and its settings, named by their hash: <c>frames.u8</c> [seconds, height, width, 3],
/// <c>mel.f32</c> [steps, n_mels], <c>stream.json</c> and a <c>comments-….jsonl</c> for each chat log. A folder is whole or not there.
/// </remarks>
public sealed class PreparedStream : IPreparedStream, IDisposable
{
    /// <summary>File names within the folder.</summary>
    public const string FramesFile = "frames.u8", MelFile = "mel.f32", InfoFile = "stream.json";

    private readonly MemoryMappedFile _frameFile, _melFile;
    private readonly MemoryMappedViewAccessor _frames, _mel;

    private PreparedStream(string folder, PreparedInfo info, StoredChat chat, bool reused)
    {
        (Folder, Info, Comments, Chat, Reused) = (folder, info, chat.Comments, chat.Report, reused);
        _frameFile = Map(FramesFile, out _frames);
        _melFile = Map(MelFile, out _mel);
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>What it was made of, and what was got from the recording.</summary>
    public PreparedInfo Info { get; }

    /// <summary>What became of the chat log's lines.</summary>
    public ParseReport Chat { get; }

    /// <summary>The frames and steps were there already.</summary>
    public bool Reused { get; }

    /// <summary>Bytes of the frames and steps on disk.</summary>
    public long StoreBytes => FrameCount * (long)Info.Source.Frame.ByteCount + StepCount * Info.Source.Mel.MelCount * sizeof(float);

    /// <inheritdoc/>
    public int FrameCount => Info.FrameCount;

    /// <inheritdoc/>
    public long StepCount => Info.StepCount;

    /// <inheritdoc/>
    public IReadOnlyList<ChatComment> Comments { get; }

    /// <summary>Finds a recording in the store, or prepares it; a run that was killed is continued.</summary>
    /// <param name="media">The recording.</param>
    /// <param name="frame">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="log">The chat log.</param>
    /// <param name="options">How the log is read; the recording's length is filled in.</param>
    /// <param name="store">Folder of the store; created if absent.</param>
    /// <param name="progress">Told after every second that is stored.</param>
    /// <param name="cancellationToken">Stops between two seconds; what is stored is kept for the next run.</param>
    /// <exception cref="TwitchException">The recording or the log cannot be used.</exception>
    public static PreparedStream Prepare(
        MediaSource media, FrameSpec frame, MelSpec mel, string log, ChatLogOptions options, string store,
        IProgress<PrepareProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        PreparedSource source = SourceOf(media, frame, mel);
        string folder = Path.Combine(store, source.Key);
        bool reused = Find(folder) is not null;
        if (!reused)
            FeatureWriter.Write(media, source, folder, progress, cancellationToken);
        PreparedInfo info = Find(folder)!;
        StoredChat chat = StoredChat.Of(log, options with { Duration = options.Duration ?? TimeSpan.FromSeconds(info.FrameCount) }, folder);
        return new PreparedStream(folder, info, chat, reused);
    }

    /// <summary>Reads a recording's chat log before anything of the recording is decoded: a log that cannot be used is told within seconds.</summary>
    /// <remarks>Of a recording that is not in the store only the length that its container states is known; a log is refused for it with a margin.</remarks>
    /// <inheritdoc cref="Prepare"/>
    public static void CheckChat(MediaSource media, FrameSpec frame, MelSpec mel, string log, ChatLogOptions options, string store)
    {
        string folder = Path.Combine(store, SourceOf(media, frame, mel).Key);
        if (Find(folder) is { } info)
            StoredChat.Of(log, options with { Duration = options.Duration ?? TimeSpan.FromSeconds(info.FrameCount) }, folder);
        else
            ChatLog.Read(log, options with { Duration = options.Duration ?? (Recording.Open(media, frame, mel).Length is { } length ? length * 1.1 + TimeSpan.FromMinutes(1) : null) });
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Frames(int first, int count)
    {
        Check(first, count, FrameCount);
        int bytes = Info.Source.Frame.ByteCount;
        return View<byte>(_frames, (long)first * bytes, checked(count * bytes));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Mel(long first, int count)
    {
        Check(first, count, StepCount);
        int size = Info.Source.Mel.MelCount;
        return View<float>(_mel, first * size, checked(count * size));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frames.Dispose();
        _mel.Dispose();
        _frameFile.Dispose();
        _melFile.Dispose();
    }

    private static PreparedSource SourceOf(MediaSource media, FrameSpec frame, MelSpec mel) =>
        new(PreparedSource.CurrentVersion, SourceIdentity.Of(media.Video), media.Audio is null ? null : SourceIdentity.Of(media.Audio), frame, mel);

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
        return Holds(FramesFile, info.FrameCount * (long)info.Source.Frame.ByteCount) && Holds(MelFile, info.StepCount * info.Source.Mel.MelCount * sizeof(float))
            ? info
            : null;

        bool Holds(string name, long bytes) => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file && file.Length == bytes;
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

    private MemoryMappedFile Map(string name, out MemoryMappedViewAccessor view)
    {
        var file = MemoryMappedFile.CreateFromFile(Path.Combine(Folder, name), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return file;
    }
}
