using Twitch.Runtime;

namespace Twitch.Training.Prepared;

/// <summary>The eyes and ears of a store: recordings are prepared with them, and a bundle carries the same files.</summary>
internal sealed class Senses : IDisposable
{
    private Perception? _perception;

    private Senses(ModelConfig config, string? folder) => (Config, Folder) = (config, folder);

    /// <summary>The sizes, with what the eyes and ears take and give.</summary>
    public ModelConfig Config { get; }

    /// <summary>Where their graphs lie, named as in a bundle; absent if there are none.</summary>
    public string? Folder { get; }

    /// <summary>Finds the eyes and ears of a store, or puts them there.</summary>
    /// <param name="config">Whether there are any.</param>
    /// <param name="store">Folder of the store; created if absent.</param>
    /// <param name="eyes">Image network instead of the built-in one.</param>
    /// <param name="ears">Audio network instead of the built-in one.</param>
    /// <exception cref="TwitchException">A network cannot be read or does not fit, or the preset takes none.</exception>
    public static Senses Of(ModelConfig config, string store, string? eyes, string? ears)
    {
        if (config.Eyes is null)
        {
            return eyes is null && ears is null
                ? new Senses(config, null)
                : throw new TwitchException($"{(eyes is null ? "--ears" : "--eyes")} is for --preset {ModelConfig.Standard.Preset}; preset {config.Preset} takes frames and log-mel as they are.", ExitCode.Usage);
        }
        throw new NotImplementedException();
    }

    /// <summary>Opens them, once; they are disposed with this.</summary>
    /// <returns>Absent if there are none.</returns>
    public Perception? Open() => Folder is null ? null : _perception ??= Perception.Open(
        Path.Combine(Folder, BundleManifest.FrameFeaturesFile), Path.Combine(Folder, BundleManifest.SoundFeaturesFile), Config.Eyes!, Config.Ears!);

    /// <inheritdoc/>
    public void Dispose() => _perception?.Dispose();
}
