using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

public class OwnWordingTests
{
    private static ChatComment[] Chat(params (int Author, string Text)[] said) => [.. said.Select((each, i) => new ChatComment(TimeSpan.FromSeconds(i), each.Text, each.Author))];

    [Fact]
    public void Runs_of_too_few_people_are_found_and_shared_ones_are_not()
    {
        ChatComment[] chat = Chat((0, "we all say this"), (1, "We ALL say that"), (0, "we all say this"), (2, "gg"));

        BlockedRuns blocked = OwnWording.Of([chat], length: 3, minAuthors: 2)!;

        Assert.True(blocked.AreIn("all say this"));
        Assert.True(blocked.AreIn("they ALL say that too"));
        Assert.False(blocked.AreIn("we all say"));
        Assert.Equal(2, blocked.Count);
        Assert.Equal(3, OwnWording.Of([chat], length: 3, minAuthors: 3)!.Count);
    }

    [Fact]
    public void A_run_that_one_chat_shares_is_shared_and_a_chat_without_authors_tells_nothing()
    {
        ChatComment[] one = Chat((0, "so it goes"), (1, "hi")), shared = Chat((0, "so it goes"), (1, "so it goes")), nameless = Chat((0, "my own words"), (0, "so it goes"));

        Assert.NotNull(OwnWording.Of([one], 3, 2));
        Assert.Null(OwnWording.Of([one, shared], 3, 2));
        Assert.Null(OwnWording.Of([nameless], 3, 2));
        Assert.Null(OwnWording.Of([one], 3, minAuthors: 1));
    }
}
