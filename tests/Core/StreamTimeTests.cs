namespace Twitch.Tests;

public class StreamTimeTests
{
    [Theory]
    [InlineData("1:02:03", 3723)]
    [InlineData("62:03", 3723)]
    [InlineData("3723.5", 3723.5)]
    [InlineData("0:05:00", 300)]
    [InlineData("30:00:00.25", 108000.25)]
    [InlineData("0", 0)]
    [InlineData("5.", 5)]
    public void A_time_is_read_as_people_write_it(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), StreamTime.TryParse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("1:60")]
    [InlineData("1:99:00")]
    [InlineData("1:2:3:4")]
    [InlineData("1.5:00")]
    [InlineData(":30")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("99999999999")]
    public void What_is_no_time_is_none(string text)
    {
        Assert.Null(StreamTime.TryParse(text));
    }

    [Theory]
    [InlineData(300, "0:05:00")]
    [InlineData(3723.5, "1:02:03.5")]
    [InlineData(108000, "30:00:00")]
    public void A_time_is_written_with_hours(double seconds, string text)
    {
        Assert.Equal(text, StreamTime.Format(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), StreamTime.TryParse(text));
    }

    [Fact]
    public void A_wrong_time_is_wrong_usage_and_names_its_option()
    {
        var error = Assert.Throws<TwitchException>(() => StreamTime.Parse("1:60", "--until"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("--until is '1:60'", error.Message, StringComparison.Ordinal);
    }
}
