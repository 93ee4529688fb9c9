namespace Twitch.Runtime.Tests;

public sealed class ChatHistoryTests
{
    private static readonly ChatSpec Spec = new(CommentCount: 4, WordCount: 2, EmbeddingSize: 4, HiddenShare: 0);
    private static readonly Vocabulary Words = Vocabulary.FromWords(["hi", "Kappa", "gg"]);

    [Fact]
    public void What_was_said_before_a_moment_is_read_newest_first()
    {
        var chat = new ChatHistory(Spec, Words);
        chat.Add(Seconds(5), "gg kappa hi");
        chat.Add(Seconds(2), "hi");    // late
        chat.Add(Seconds(7), "gg");
        chat.Add(Seconds(3), "   ");

        ChatWindow window = chat.Before(Seconds(7))!;

        Assert.Equal([6, 5, 4, 0, 0, 0, 0, 0], window.Words);
        Assert.Equal([2, 5, 0, 0], window.Ages);
    }

    [Fact]
    public void A_copy_does_not_change_when_more_is_said()
    {
        var chat = new ChatHistory(Spec, Words);
        ChatWindow before = chat.Before(Seconds(9))!;

        chat.Add(Seconds(1), "hi");

        Assert.Equal(0, before.Count);
        Assert.Equal(1, chat.Before(Seconds(9))!.Count);
    }

    [Fact]
    public void A_long_chat_keeps_its_last_comments()
    {
        var chat = new ChatHistory(Spec, Words, capacity: 10);

        for (int i = 0; i < 1000; i++)
            chat.Add(Seconds(i), i % 2 == 0 ? "hi" : "gg");

        Assert.Equal(4, chat.Before(Seconds(994))!.Count);    // some seconds behind
        Assert.Equal(0, chat.Before(Seconds(100))!.Count);
    }

    [Fact]
    public void A_network_without_past_chat_reads_none()
    {
        var chat = new ChatHistory(null, Words);

        chat.Add(Seconds(1), "hi");
        ChatHistory.None.Add(Seconds(1), "hi");

        Assert.Null(chat.Before(Seconds(2)));
        Assert.Null(ChatHistory.None.Before(Seconds(2)));
    }

    [Fact]
    public void Many_threads_may_add_and_read()
    {
        var chat = new ChatHistory(Spec, Words, capacity: 2000);    // a thread may lag far behind the others

        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                chat.Add(Seconds(i), thread % 2 == 0 ? "hi" : "gg gg");
                ChatWindow window = chat.Before(Seconds(i + 1))!;
                Assert.InRange(window.Count, 1, 4);
                Assert.True(window.Ages.Take(window.Count).SequenceEqual(window.Ages.Take(window.Count).Order()));
            }
        });

        Assert.Equal(4, chat.Before(Seconds(500))!.Count);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void What_the_model_says_itself_tells_nothing_of_the_chats_pace()
    {
        var chat = new ChatHistory(ChatSpec.Standard, Vocabulary.FromWords(["hi"]));
        chat.AddOwn(TimeSpan.FromSeconds(1), "hi");
        Assert.Null(chat.PaceBefore(TimeSpan.FromSeconds(2)));

        chat.Add(TimeSpan.FromSeconds(58), "hi");

        Assert.Equal(ChatPace.Before(TimeSpan.FromSeconds(60), [new PastComment(TimeSpan.FromSeconds(58), [4])]), chat.PaceBefore(TimeSpan.FromSeconds(60)));
        Assert.Equal(2, chat.Before(TimeSpan.FromSeconds(60))!.Words.Count(word => word == 4));
    }
}
