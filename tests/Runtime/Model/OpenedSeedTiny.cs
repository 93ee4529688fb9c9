namespace Twitch.Runtime.Tests;

/// <summary>The small bundle, exported and opened once for a class of tests.</summary>
public sealed class OpenedSeedTiny : IDisposable
{
    public OpenedSeedTiny() => Model = Bundle.Open();

    public TinyBundle Bundle { get; } = TinyBundle.SeedTiny();

    public CommentModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        Bundle.Dispose();
    }
}
