using CsCheck;

namespace Twitch.Tests;

public sealed class StreamTimeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("3723.5", 3723.5)]
    [InlineData("62:03", 3723)]
    [InlineData("1:02:03", 3723)]
    [InlineData("26:00:00.25", 93600.25)]
    [InlineData(" 5:00 ", 300)]
    public void Times_are_read_as_people_write_them(string text, double seconds) =>
        Assert.Equal(seconds, StreamTime.TryParse(text)?.TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1:2:3:4")]
    [InlineData("a:10")]
    [InlineData("1.5:10")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("9999999999999999999")]
    public void What_is_no_time_is_wrong_usage(string text)
    {
        var error = Assert.Throws<TwitchException>(() => StreamTime.Parse(text, "--at"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith($"--at is '{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formatted_time_is_read_back() =>
        Gen.Int[0, 1_000_000].Sample(seconds => Assert.Equal(seconds, StreamTime.TryParse(StreamTime.Format(TimeSpan.FromSeconds(seconds)))?.TotalSeconds), seed: "0000KOIKFJmN");
}
