using System.Text;
using Twitch.Export.Perception;
using Twitch.Runtime;

namespace Twitch.Training.Prepared;

/// <summary>The eyes and ears of a store: recordings are prepared with them, and a bundle carries the same files.</summary>
internal sealed class PreparedSenses : IDisposable
{
    private Senses? _opened;

    private PreparedSenses(ModelConfig config, string? folder) => (Config, Folder) = (config, folder);

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
    public static PreparedSenses Of(ModelConfig config, string store, string? eyes, string? ears)
    {
        if (config.Eyes is null)
        {
            return eyes is null && ears is null
                ? new PreparedSenses(config, null)
                : throw new TwitchException($"{(eyes is null ? "--ears" : "--eyes")} is for --preset {ModelConfig.Standard.Preset}; preset {config.Preset} takes frames and log-mel as they are.", ExitCode.Usage);
        }
        var options = new PerceptionOptions { EyesFile = eyes, EarsFile = ears };
        string partial = Path.Combine(store, Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(partial);
            (EyesSpec written, EarsSpec heard) = PerceptionFiles.Write(partial, options);
            config = (config with { Eyes = written, Ears = heard, Frame = written.Frame }).Validate("the eyes and ears");
            string folder = Path.Combine(store, $"senses-{PreparedSource.KeyOf(Encoding.UTF8.GetBytes(written.Sha256 + heard.Sha256))}");
            if (!Directory.Exists(folder))
                Directory.Move(partial, folder);
            return new PreparedSenses(config, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{store}: cannot be written ({e.Message}); make room there, or prepare elsewhere.", ExitCode.Failed, e);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    /// <summary>Opens them, once; they are disposed with this.</summary>
    /// <returns>Absent if there are none.</returns>
    public Senses? Open() => Folder is null ? null : _opened ??= Senses.Open(
        Path.Combine(Folder, BundleManifest.FrameFeaturesFile), Path.Combine(Folder, BundleManifest.SoundFeaturesFile), Config.Eyes!, Config.Ears!);

    /// <inheritdoc/>
    public void Dispose() => _opened?.Dispose();
}
