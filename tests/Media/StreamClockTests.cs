namespace Twitch.Media.Tests;

public class StreamClockTests
{
    private static readonly TimeSpan Frame = TimeSpan.FromSeconds(0.1);

    private readonly List<double> _pictures = [], _sounds = [];
    private readonly StreamClock<int> _clock;
    private int _leftOut;

    public StreamClockTests() => _clock = new StreamClock<int>(
        (track, time, _) => (track == MediaTrack.Picture ? _pictures : _sounds).Add(Math.Round(time.TotalSeconds, 3)), (_, _) => _leftOut++);

    [Fact]
    public void Without_jumps_times_are_the_containers()
    {
        Play(0, 3);
        _clock.End();

        Assert.Equal(Grid(0, 3), _pictures);
        Assert.Equal(Grid(0, 3), _sounds);
        Assert.Empty(_clock.Jumps);
    }

    [Fact]
    public void A_piece_that_is_missing_leaves_its_place_open()
    {
        Play(0, 3);
        Play(23, 3);
        _clock.End();

        Assert.Equal([.. Grid(0, 3), .. Grid(23, 3)], _pictures);
        Assert.Equal(_pictures, _sounds);
        Assert.Equal(20, _clock.Jumps[0].Gap.TotalSeconds, 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-500)]
    [InlineData(90_000)]
    public void A_clock_that_begins_anew_goes_on_where_the_stream_is(double start)
    {
        Play(0, 30);
        Play(start, 30);
        _clock.End();

        Assert.Equal(Grid(0, 60), _pictures);
        Assert.Equal(Grid(0, 60), _sounds);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(70_000)]
    public void After_an_advertisement_the_first_clock_goes_on(double advertisement)
    {
        Play(0, 20);
        Play(advertisement, 15);
        Play(38, 20);    // three seconds of the first clock are missing beside the advertisement
        _clock.End();

        Assert.Equal([.. Grid(0, 35), .. Grid(38, 20)], _pictures);
        Assert.Equal(_pictures, _sounds);
    }

    [Fact]
    public void An_advertisement_before_the_stream_is_its_beginning()
    {
        Play(50_000, 10);
        Play(100, 10);
        _clock.End();

        Assert.Equal(Grid(0, 20), _pictures);
        Assert.Equal(Grid(0, 20), _sounds);
    }

    [Fact]
    public void A_single_picture_with_a_time_far_off_is_left_out()
    {
        Play(0, 5);
        Add(MediaTrack.Picture, 605);
        Play(5, 5);
        _clock.End();

        Assert.Equal(Grid(0, 10), _pictures);
        Assert.Equal((1, 1, 0), (_leftOut, _clock.LeftOut, _clock.Jumps.Count));
    }

    [Fact]
    public void A_picture_that_pauses_beside_sound_goes_on_at_its_own_time_however_late()
    {
        Play(0, 2);
        for (int i = 0; i < 9_000; i++)
            Add(MediaTrack.Sound, 2 + i * 0.1);
        Play(902, 2);
        _clock.End();

        Assert.Equal([.. Grid(0, 2), .. Grid(902, 2)], _pictures);
        Assert.Empty(_clock.Jumps);
    }

    [Fact]
    public void The_last_picture_with_a_time_far_off_does_not_lengthen_the_stream()
    {
        Play(0, 5);
        Add(MediaTrack.Picture, 4_000);
        _clock.End();

        Assert.Equal(Grid(0, 5), _pictures);
        Assert.Equal(1, _leftOut);
    }

    [Fact]
    public void Whatever_the_times_are_no_track_goes_back_by_more_than_ten_seconds_nor_ahead_by_more_than_a_gap()
    {
        var random = new Random(5);
        for (int run = 0; run < 200; run++)
        {
            var test = new StreamClockTests();
            double time = 0;
            for (int i = 0; i < 400; i++)
            {
                time = random.Next(40) == 0 ? (random.NextDouble() - 0.3) * Math.Pow(10, random.Next(7)) : time + 0.1;
                test.Add((MediaTrack)random.Next(2), time);
            }
            test._clock.End();
            foreach (List<double> placed in (List<double>[])[test._pictures, test._sounds])
            {
                foreach ((double before, double after) in placed.Zip(placed.Skip(1)))
                    Assert.InRange(after - before, -10.6, StreamClock.LongestGap.TotalSeconds + 1);
            }
        }
    }

    private static IEnumerable<double> Grid(double start, double seconds) => Enumerable.Range(0, (int)Math.Round(seconds * 10)).Select(i => Math.Round(start + i * 0.1, 3));

    // Sound comes a little before its picture, as it does in a transport stream.
    private void Play(double start, double seconds)
    {
        int count = (int)Math.Round(seconds * 10);
        for (int i = 0; i < count + 3; i++)
        {
            if (i < count)
                Add(MediaTrack.Sound, start + i * 0.1);
            if (i >= 3)
                Add(MediaTrack.Picture, start + (i - 3) * 0.1);
        }
    }

    private void Add(MediaTrack track, double seconds) => _clock.Add(track, TimeSpan.FromSeconds(seconds), Frame, 0);
}
