namespace Twitch.Tests;

public class ChatPaceTests
{
    private static PastComment[] At(params double[] seconds) => [.. seconds.Select(second => new PastComment(TimeSpan.FromSeconds(second), [4]))];

    [Fact]
    public void Comments_of_the_last_seconds_and_of_the_last_minute_are_counted_and_none_of_the_moment_itself()
    {
        ChatPace pace = ChatPace.Before(TimeSpan.FromSeconds(100), At(10, 39.9, 40, 70, 94.9, 95, 99, 100, 101));

        Assert.Equal(Math.Log(1 + 2), pace.LastSeconds, 1e-6);
        Assert.Equal(Math.Log(1 + 5), pace.LastMinute, 1e-6);
    }

    [Fact]
    public void A_young_chat_counts_as_if_it_went_on_so()
    {
        Assert.Equal(Math.Log(1 + 6), ChatPace.Before(TimeSpan.FromSeconds(20), At(1, 19)).LastMinute, 1e-6);
        Assert.Equal(default, ChatPace.Before(TimeSpan.Zero, At(1, 19)));
    }
}
