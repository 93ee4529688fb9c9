using CsCheck;

namespace Twitch.Tests;

public sealed class ChatWindowTests
{
    private static readonly ChatSpec Spec = new(CommentCount: 3, WordCount: 2, EmbeddingSize: 4, HiddenShare: 0);

    [Fact]
    public void The_newest_comment_comes_first_and_long_ones_are_cut()
    {
        ChatWindow window = Before(10, (1, [5]), (4, [6, 7, 8]));

        Assert.Equal(2, window.Count);
        Assert.Equal([6, 7, 5, 0, 0, 0], window.Words);
        Assert.Equal([6, 9, 0], window.Ages);
    }

    [Fact]
    public void The_last_comments_alone_are_read() => Assert.Equal([8, 0, 7, 0, 6, 0], Before(10, (1, [5]), (2, [6]), (3, [7]), (4, [8])).Words);

    [Fact]
    public void A_comment_of_the_moment_itself_or_after_it_is_never_read() => Assert.Equal([5, 0, 0, 0, 0, 0], Before(4, (1, [5]), (4, [6]), (4, [7]), (5, [8])).Words);

    [Fact]
    public void Without_comments_everything_is_padding()
    {
        ChatWindow before = Before(4), empty = ChatWindow.Empty(Spec);

        Assert.Equal((0, 0), (before.Count, empty.Count));
        Assert.Equal(new long[6], before.Words);
        Assert.Equal(new float[3], empty.Ages);
    }

    [Fact]
    public void A_window_is_what_a_search_through_all_comments_finds() =>
        Gen.Select(Gen.Int[0, 20].Array[0, 30], Gen.Int[-1, 22]).Sample((times, moment) =>
        {
            PastComment[] comments = [.. times.Order().Select((time, i) => new PastComment(TimeSpan.FromSeconds(time), [4 + i]))];

            ChatWindow window = ChatWindow.Before(TimeSpan.FromSeconds(moment), Spec, comments);

            PastComment[] expected = [.. comments.Where(comment => comment.Time.TotalSeconds < moment).Reverse().Take(3)];
            Assert.Equal(expected.Length, window.Count);
            Assert.Equal(expected.Select(comment => (long)comment.Tokens[0]), window.Words.Where((_, i) => i % 2 == 0).Take(expected.Length));
            Assert.All(window.Ages.Take(expected.Length), age => Assert.True(age > 0));
        });

    private static ChatWindow Before(double time, params (double Time, int[] Tokens)[] comments) =>
        ChatWindow.Before(TimeSpan.FromSeconds(time), Spec, [.. comments.Select(comment => new PastComment(TimeSpan.FromSeconds(comment.Time), comment.Tokens))]);
}
