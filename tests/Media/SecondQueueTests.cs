using Twitch.Media;

namespace Twitch.Media.Tests;

public class SecondQueueTests
{
    private static readonly FrameSpec Frame = new(1, 1);
    private static readonly MelSpec Mel = MelSpec.Standard;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_is_complete_when_picture_and_sound_are()
    {
        SecondQueue queue = New(capacity: 4);
        queue.AddPicture([1, 1, 1]);
        Assert.False(queue.WaitAsync(Cancellation).IsCompleted);

        queue.AddSound([]);

        Assert.True(await queue.WaitAsync(Cancellation));
        StreamSecond second = queue.Take().Second;
        Assert.Equal((0, 1, 0), (second.Index, second.Frame.Span[0], second.Mel.Length));
    }

    [Fact]
    public async Task A_reader_that_is_late_loses_the_oldest_and_gets_a_gapless_rest()
    {
        SecondQueue queue = New(capacity: 8, patience: 2);
        for (int second = 0; second < 100; second++)
            Add(queue, second);

        var taken = new List<int>();
        (long seconds, long dropped, int waiting) = queue.Counts;
        while (taken.Count < waiting && await queue.WaitAsync(Cancellation))
            taken.Add(queue.Take().Second.Index);

        Assert.Equal(100, seconds);
        Assert.Equal(100 - dropped, taken.Count);
        Assert.InRange(waiting, 4, 10);
        Assert.Equal(Enumerable.Range((int)dropped, taken.Count), taken);
    }

    [Fact]
    public async Task A_file_waits_for_its_reader_instead()
    {
        SecondQueue queue = New(capacity: 2, patience: 1, drops: false);
        Task adding = Task.Run(() =>
        {
            for (int second = 0; second < 50; second++)
                Add(queue, second);
            queue.EndPictures();
            queue.EndSound();
        }, Cancellation);

        var taken = new List<int>();
        while (await queue.WaitAsync(Cancellation))
        {
            LiveSecond second = queue.Take();
            Assert.Equal(second.Second.Index, second.Second.Frame.Span[0]);
            taken.Add(second.Second.Index);
        }
        await adding;

        Assert.Equal(Enumerable.Range(0, 50), taken);
        Assert.Equal(0, queue.Counts.Dropped);
    }

    [Fact]
    public void Sound_that_is_later_than_one_can_wait_is_silence_and_its_place_stays_its_own()
    {
        var clock = new ManualTime();
        var queue = new SecondQueue(Frame, Mel, 8, 2, drops: true, clock);
        for (byte second = 0; second < 4; second++)
            queue.AddPicture([second, 0, 0]);
        Assert.Equal(0, queue.Counts.Waiting);    // in a burst nothing is late
        clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(2, queue.Counts.Waiting);

        queue.Take();
        StreamSecond silent = queue.Take().Second;
        for (int second = 0; second < 3; second++)
            queue.AddSound(Steps(second, -1));
        StreamSecond heard = queue.Take().Second;

        Assert.Equal((1, 0, 61), (silent.Index, silent.FirstStep, silent.Mel.Length / Mel.MelCount));
        Assert.All(silent.Mel.ToArray(), value => Assert.Equal(MathF.Log(1e-9f), value));
        Assert.Equal((2, 61), (heard.Index, heard.FirstStep));
        Assert.All(heard.Mel.ToArray(), value => Assert.Equal(-1, value));
    }

    [Fact]
    public void A_picture_that_is_late_is_the_one_before_it()
    {
        var clock = new ManualTime();
        var queue = new SecondQueue(Frame, Mel, 8, 2, drops: true, clock);
        queue.AddPicture([7, 0, 0]);
        clock.Advance(TimeSpan.FromSeconds(2));
        for (int second = 0; second < 5; second++)
            queue.AddSound(Steps(second, -1));

        byte[] shown = [.. Enumerable.Range(0, queue.Counts.Waiting).Select(_ => queue.Take().Second.Frame.Span[0])];

        Assert.Equal([7, 7, 7], shown);
    }

    [Fact]
    public async Task What_is_late_is_not_waited_for_though_nothing_more_comes()
    {
        var clock = new ManualTime();
        var queue = new SecondQueue(Frame, Mel, 8, 2, drops: true, clock);
        queue.AddSound([]);
        for (byte second = 0; second < 4; second++)
            queue.AddPicture([second, 0, 0]);
        Assert.True(await queue.WaitAsync(Cancellation));
        queue.Take();

        Task<bool> waiting = queue.WaitAsync(Cancellation);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(await waiting);
        Assert.Equal(1, queue.Take().Second.Frame.Span[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_does_not_wait_for_a_track_that_has_nothing_and_no_clock_is_needed_to_know_it(bool silent)
    {
        var queue = new SecondQueue(Frame, Mel, 4, 3, drops: false, new ManualTime());
        Add(queue, 0);
        Task adding = Task.Run(() =>
        {
            for (int second = 1; second < 50; second++)
                Assert.True(silent ? queue.AddPicture([(byte)second, 0, 0]) : queue.AddSound(Steps(second, -1)));
            queue.EndPictures();
            queue.EndSound(TimeSpan.FromSeconds(silent ? 0 : 50));
        }, Cancellation);

        var taken = new List<(int Index, int Shown, float Heard)>();
        while (await queue.WaitAsync(Cancellation))
        {
            StreamSecond second = queue.Take().Second;
            taken.Add((second.Index, second.Frame.Span[0], second.Mel.Span.IsEmpty ? 0 : second.Mel.Span[0]));
        }
        await adding;

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (i, silent ? i : 0, i == 0 ? 0 : silent ? MathF.Log(1e-9f) : -1)), taken);
        Assert.Equal(0, queue.Counts.Dropped);
    }

    [Fact]
    public async Task A_file_waits_for_a_track_as_long_as_the_other_has_room()
    {
        var clock = new ManualTime();
        var queue = new SecondQueue(Frame, Mel, 4, 3, drops: false, clock);
        queue.AddSound([]);
        for (byte second = 0; second < 7; second++)
            queue.AddPicture([second, 0, 0]);
        Assert.True(await queue.WaitAsync(Cancellation));
        queue.Take();

        Task<bool> waiting = queue.WaitAsync(Cancellation);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);
        queue.AddSound(Steps(1, -1));
        queue.AddSound(Steps(2, -1));    // so second 1 is not the last

        Assert.True(await waiting);
        Assert.All(queue.Take().Second.Mel.ToArray(), value => Assert.Equal(-1, value));
    }

    [Fact]
    public void How_long_no_picture_came_is_known_though_sound_goes_on()
    {
        var clock = new ManualTime();
        var queue = new SecondQueue(Frame, Mel, 8, 2, drops: true, clock);
        Assert.Null(queue.SincePicture);

        queue.AddPicture([7, 0, 0]);
        clock.Advance(TimeSpan.FromSeconds(11));
        queue.AddSound([]);

        Assert.Equal(TimeSpan.FromSeconds(11), queue.SincePicture);
    }

    [Fact]
    public async Task Without_a_picture_frames_are_black_and_nobody_waits_for_them()
    {
        SecondQueue queue = New(capacity: 8, patience: 2);
        queue.EndPictures();
        queue.AddSound([]);
        queue.SoundGoesOn();

        Assert.True(await queue.WaitAsync(Cancellation));
        Assert.Equal(0, queue.Take().Second.Frame.Span[0]);
    }

    [Fact]
    public async Task Without_a_picture_sound_that_ends_on_a_second_makes_no_second_there()
    {
        SecondQueue queue = New(capacity: 8, patience: 2);
        queue.EndPictures();
        queue.AddSound([]);
        queue.SoundGoesOn();
        queue.AddSound(Steps(1, -1));
        queue.SoundGoesOn();
        queue.AddSound(Steps(2, -1));
        Assert.Equal(2, queue.Counts.Waiting);    // the last of them may be the end

        queue.EndSound(TimeSpan.FromSeconds(2));

        Assert.Equal((2, 2), ((int)queue.Counts.Seconds, queue.Counts.Waiting));
        Assert.True(await queue.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Closing_lets_everybody_go()
    {
        SecondQueue empty = New(capacity: 2, patience: 0, drops: false), full = New(capacity: 2, patience: 0, drops: false);
        Task<bool> waiting = empty.WaitAsync(Cancellation);
        Task<bool> adding = Task.Run(() => full.AddPicture([1, 1, 1]) && full.AddPicture([1, 1, 1]) && full.AddPicture([1, 1, 1]), Cancellation);

        empty.Close();
        full.Close();

        Assert.False(await waiting);
        Assert.False(await adding);
    }

    private static SecondQueue New(int capacity, int patience = 2, bool drops = true) => new(Frame, Mel, capacity, patience, drops, TimeProvider.System);

    private static void Add(SecondQueue queue, int second)
    {
        queue.AddPicture([(byte)second, 0, 0]);
        queue.AddSound(Steps(second, -1));
    }

    private static float[] Steps(int second, float value)
    {
        long steps = Mel.StepsEndingBy(TimeSpan.FromSeconds(second)) - Mel.StepsEndingBy(TimeSpan.FromSeconds(second - 1));
        return [.. Enumerable.Repeat(value, (int)steps * Mel.MelCount)];
    }
}
