using Twitch.Runtime.Capture;

namespace Twitch.Runtime.Tests;

public sealed class ReplayFileTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>, IDisposable
{
    private static readonly SamplingOptions Options = new() { Seed = 3, Temperature = 1.2f, TopK = 0 };

    private readonly TinyBundle _bundle = TinyBundle.Compact();

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void A_comment_after_past_chat_is_written_again_from_its_replay()
    {
        using CommentModel model = _bundle.Open();

        ReplayFile kept = Kept(model), read = Through(kept, model.Config);
        ReplayResult result = read.Run(model);

        Assert.True(result.Same);
        Assert.Equal(kept.Info.Text, result.Comment.Text);
        Assert.Equal(0, result.StateDifference, 1e-6);
    }

    [Fact]
    public void A_replay_of_another_past_is_refused()
    {
        using CommentModel model = _bundle.Open();
        var places = new long[192];
        places[7] = 40;
        ReplayFile without = After(null), other = After(new PastWords([2], [4], [0, 0, 0, 0])), unknown = After(new PastWords(new long[192], places, new float[768]));

        Assert.Contains("the replay has no past chat", Assert.Throws<TwitchException>(() => Through(without, model.Config).Run(model)).Message, StringComparison.Ordinal);
        Assert.Contains("the model needs 192 and 768", Assert.Throws<TwitchException>(() => Through(other, model.Config).Run(model)).Message, StringComparison.Ordinal);
        Assert.Contains("holds the id 40; ids are in [0, 40)", Assert.Throws<TwitchException>(() => Through(unknown, model.Config).Run(model)).Message, StringComparison.Ordinal);

        ReplayFile After(PastWords? past) => Of(model, new ClipContext(new float[24], new float[24], past), Comment.Withheld);
    }

    [Fact]
    public void A_network_without_past_chat_is_replayed_as_before()
    {
        ReplayFile kept = Kept(opened.Model);

        Assert.True(Through(kept, opened.Model.Config).Run(opened.Model).Same);
    }

    // A comment that repeats what was said, if the network can.
    private static ReplayFile Kept(CommentModel model)
    {
        ChatHistory chat = model.CreateChatHistory();
        for (int i = 0; i < 20; i++)
            chat.Add(TimeSpan.FromSeconds(i), "w0005 w0006 w0007");
        ClipContext clip = model.Encode(new byte[model.Config.Frame.ByteCount], [], chat.Before(TimeSpan.FromSeconds(21)));
        return Of(model, clip, model.Generate(clip, Options));
    }

    private static ReplayFile Of(CommentModel model, ClipContext clip, Comment comment) =>
        ReplayFile.Of(model, new RecordedWindow(default, new byte[model.Config.Frame.ByteCount], []), clip, new CommentMade(TimeSpan.FromSeconds(21), 1, comment, Options, TimeSpan.Zero));

    private static ReplayFile Through(ReplayFile replay, ModelConfig config)
    {
        var zip = new MemoryStream();
        replay.Write(zip, config);
        zip.Position = 0;
        return ReplayFile.Read(zip, "zip");
    }
}
