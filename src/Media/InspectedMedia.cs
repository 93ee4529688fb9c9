namespace Twitch.Media;

/// <summary>What a recording's files say of themselves. No model is needed for it: it can be found out while one is opened.</summary>
public sealed class InspectedMedia
{
    private InspectedMedia(MediaSource source, MediaProbe video, MediaProbe sound) => (Source, Video, Sound) = (source, video, sound);

    /// <summary>The files.</summary>
    public MediaSource Source { get; }

    internal MediaProbe Video { get; }

    internal MediaProbe Sound { get; }

    /// <summary>Looks at a recording without decoding it.</summary>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public static InspectedMedia Of(MediaSource source)
    {
        MediaProbe video = MediaProbe.Of(source.Video);
        MediaProbe sound = source.Audio is null ? video : MediaProbe.Of(source.Audio);
        if (source.Audio is not null && !sound.HasAudio)
            throw new TwitchException($"{source.Audio}: has no sound track; give a file that has one, or leave --audio out.");
        if (!video.HasVideo && !sound.HasAudio)
            throw new TwitchException($"{source.Video}: has neither a picture nor a sound track; give a recording of a stream.");
        return new InspectedMedia(source, video, sound);
    }

    /// <summary>Looks at a recording on another thread, where OpenCV is loaded too: with a model opened meanwhile, a program's start is as
    /// long as the longer of both.</summary>
    /// <returns>Fails as <see cref="Of"/> does.</returns>
    public static Task<InspectedMedia> OfAsync(MediaSource source)
    {
        // A library that cannot be loaded is reported when the first picture is wanted.
        _ = Task.Run(NativeLibraries.EnsureLoaded);
        return Task.Run(() => Of(source));
    }
}
