namespace Twitch.Media;

/// <summary>What a recording's files say of themselves. No model is needed for it: it can be found out while one is opened.</summary>
public sealed class InspectedMedia
{
    private InspectedMedia(MediaSource source, MediaProbe video, MediaProbe sound) => (Source, Video, Sound) = (source, video, sound);

    /// <summary>The files.</summary>
    public MediaSource Source { get; }

    /// <summary>Length that the container states; absent if it states none.</summary>
    public TimeSpan? Length => (Video.HasVideo || Source.Audio is null ? Video.Length : Sound.Length) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What a person should know before anything is decoded: a track that is missing, and which of several is taken.</summary>
    public IReadOnlyList<string> Notes =>
    [
        .. (string[])(Video.HasVideo ? [] : [$"{Source.Video}: has no picture; every frame is black."]),
        .. (string[])(Sound.HasAudio ? [] : [$"{Source.Video}: has no sound; silence takes its place."]),
        .. (string[])(Sound.TakenSound is { } taken ? [$"{Source.Audio ?? Source.Video}: has several sound tracks; {taken} is heard."] : []),
    ];

    internal MediaProbe Video { get; }

    internal MediaProbe Sound { get; }

    /// <summary>Looks at a recording without decoding it.</summary>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public static InspectedMedia Of(MediaSource source) => Of(source, formats: null);

    /// <summary>Looks at a recording on another thread, where OpenCV is loaded too: with a model opened meanwhile, a program's start is as
    /// long as the longer of both.</summary>
    /// <returns>Fails as <see cref="Of(MediaSource)"/> does.</returns>
    public static Task<InspectedMedia> OfAsync(MediaSource source)
    {
        // A library that cannot be loaded is reported when the first picture is wanted.
        _ = Task.Run(NativeLibraries.EnsureLoaded);
        return Task.Run(() => Of(source));
    }

    /// <summary>A clip that was looked at in another way.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="probe">What its container says.</param>
    internal static InspectedMedia Of(string name, MediaProbe probe) => new(new MediaSource(name), probe, probe);

    /// <summary>As <see cref="Of(MediaSource)"/>, of some formats alone.</summary>
    /// <param name="source">The files.</param>
    /// <param name="formats">As ffmpeg names them; absent: any.</param>
    internal static InspectedMedia Of(MediaSource source, string? formats)
    {
        MediaProbe video = MediaProbe.Of(source.Video, formats);
        MediaProbe sound = source.Audio is null ? video : MediaProbe.Of(source.Audio, formats);
        if (source.Audio is not null && !sound.HasAudio)
            throw new TwitchException($"{source.Audio}: has no sound track; give a file that has one, or leave --audio out.");
        if (!video.HasVideo && !sound.HasAudio)
            throw new TwitchException($"{source.Video}: has neither a picture nor a sound track; give a recording of a stream.");
        return new InspectedMedia(source, video, sound);
    }
}
