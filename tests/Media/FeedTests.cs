using System.Runtime.ExceptionServices;
using Twitch.Media;

namespace Twitch.Media.Tests;

public class FeedTests(Clips clips)
{
    [Fact]
    public async Task The_end_of_ffmpeg_waits_for_a_slow_reader_without_looking_for_the_pipe_again_and_again()
    {
        var queue = new SecondQueue(ReadStream.Frame, MelSpec.Standard, 2, 1, drops: false, TimeProvider.System);
        using var feed = new PictureFeed(ReadStream.Frame, 0, queue, _ => { });
        Clips.Run("ffmpeg", $"-v error -y -i {clips.Plain} -vf fps=1 -f yuv4mpegpipe {feed.Pipe}");    // more pictures than the queue has room for
        int looked = 0;
        void Count(object? sender, FirstChanceExceptionEventArgs e) => _ = e.Exception.Message.Contains(feed.Pipe, StringComparison.Ordinal) ? Interlocked.Increment(ref looked) : 0;

        AppDomain.CurrentDomain.FirstChanceException += Count;
        Task ending = Task.Run(feed.EndOfInput, TestContext.Current.CancellationToken);
        while (Volatile.Read(ref looked) == 0)
            await Task.Yield();
        Clips.Run("ffmpeg", $"-v error -i {clips.Plain} -f null -");    // time passes
        AppDomain.CurrentDomain.FirstChanceException -= Count;

        bool ended = ending.IsCompleted;
        queue.Close();
        await ending;

        Assert.False(ended);
        Assert.InRange(looked, 1, 3);    // a throw may be seen more than once
    }

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
