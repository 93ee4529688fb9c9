using Twitch.Runtime.Capture;

namespace Twitch.Runtime.Tests.Capture;

public class FeedTests(Clips clips)
{
    [Fact]
    public void Sound_that_cannot_be_read_is_closed_so_that_nobody_writes_more_of_it()
    {
        var queue = new SecondQueue(ReadStream.Frame, MelSpec.Standard, 2, 1, drops: false, TimeProvider.System);
        string path = clips["unreadable.f32"];
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);

        var feed = new SoundFeed(stream, new ClockedSound(16_000), MelSpec.Standard, queue);
        feed.Join();

        Assert.IsType<NotSupportedException>(feed.Failure);
        Assert.False(stream.CanWrite);
    }
}
