namespace Twitch.Chat.Tests;

/// <summary>How long a test waits for what has to come, so that a mistake fails it and does not hang the suite.</summary>
internal static class Patience
{
    private static readonly AsyncLocal<CancellationTokenSource?> _source = new();

    public static CancellationToken Token
    {
        get
        {
            if (_source.Value is null)
            {
                _source.Value = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
                _source.Value.CancelAfter(TimeSpan.FromSeconds(60));
            }
            return _source.Value.Token;
        }
    }
}
