namespace Twitch.Runtime.Tests;

/// <summary>A provider that a test asks for; the test is skipped, with the reason, where it cannot be had.</summary>
internal static class ProviderUnderTest
{
    public static RuntimeOptions OptionsOrSkip(ExecutionProvider provider)
    {
        var options = new RuntimeOptions { Provider = provider };
        try
        {
            Accelerator.SessionOptions(options, wholly: true).Dispose();
        }
        catch (TwitchException e) when (provider == ExecutionProvider.Cuda)
        {
            Assert.Skip(e.Message);
        }
        return options;
    }
}
