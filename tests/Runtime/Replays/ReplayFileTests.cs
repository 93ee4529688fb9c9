using System.IO.Compression;
using Twitch.Media;

namespace Twitch.Runtime.Tests;

public sealed class ReplayFileTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>, IDisposable
{
    private static readonly SamplingOptions Options = new() { Seed = 3, Temperature = 1.2f, TopK = 0 };

    private readonly TinyBundle _bundle = TinyBundle.Standard();

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void A_comment_after_past_chat_is_written_again_from_its_replay()
    {
        using CommentModel model = _bundle.Open();

        ReplayFile kept = Kept(model), read = Through(kept, model);
        ReplayResult result = read.Run(model, TestContext.Current.CancellationToken);

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

        Assert.Contains("the replay has no past chat", Assert.Throws<TwitchException>(() => Through(without, model)).Message, StringComparison.Ordinal);
        Assert.Contains("the model needs 192 and 768", Assert.Throws<TwitchException>(() => Through(other, model)).Message, StringComparison.Ordinal);
        Assert.Contains("holds the id 40; ids are in [0, 40)", Assert.Throws<TwitchException>(() => Through(unknown, model)).Message, StringComparison.Ordinal);

        ReplayFile After(PastWords? past) => Of(model, new ClipContext(new float[24], new float[24], past), Comment.Withheld);
    }

    [Fact]
    public async Task What_was_written_among_others_in_int8_is_written_again()
    {
        using TinyBundle wide = TinyBundle.Wide();    // 200 numbers: a scale for each row is another than one for each 128
        using var model = CommentModel.Open(wide.Folder, new RuntimeOptions { Precision = Precision.Int8 });
        await using BatchScheduler scheduler = model.CreateBatchScheduler(32);
        var random = new Random(4);
        int different = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            float[] state = [.. Enumerable.Range(0, model.Config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
            var clip = new ClipContext(state, state);
            SamplingOptions options = Options with { Seed = seed, Temperature = 2, MinLength = 20 };
            Comment said = await scheduler.GenerateAsync(clip, options, TestContext.Current.CancellationToken);
            different += said.Tokens.SequenceEqual(model.Generate(clip, options).Tokens) ? 0 : 1;

            ReplayFile kept = ReplayFile.Of(
                model, new RecordedWindow(default, new byte[model.Config.Frame.ByteCount], []), clip, new CommentMade(TimeSpan.FromSeconds(21), 1, said, options, TimeSpan.Zero), rows: 32);

            Assert.True(Through(kept, model).Run(model, TestContext.Current.CancellationToken).Same);
        }
        Assert.True(different > 0 || !Processor.AddsFourProducts, "both graphs draw the same, so nothing is shown");
    }

    [Fact]
    public void A_network_without_past_chat_is_replayed_as_before()
    {
        ReplayFile kept = Kept(opened.Model);

        Assert.True(Through(kept, opened.Model).Run(opened.Model, TestContext.Current.CancellationToken).Same);
    }

    [Fact]
    public void What_unpacks_to_more_than_a_window_is_not_unpacked()
    {
        CommentModel model = opened.Model;
        MemoryStream bomb = Zip(Kept(model), model);
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.GetEntry("window.safetensors")!.Delete();
            using Stream window = zip.CreateEntry("window.safetensors").Open();
            for (int i = 0; i < 64; i++)
                window.Write(new byte[1 << 20]);
        }
        bomb.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();

        TwitchException error = Assert.Throws<TwitchException>(() => ReplayFile.Read(bomb, "zip", model));

        Assert.Contains("its window.safetensors has more than ", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(10, 624, null)]
    [InlineData(11, 0, "has 2112 bytes of frames")]
    [InlineData(0, 626, null)]
    [InlineData(0, 627, "40128 mel values")]
    public void A_window_is_as_long_as_the_models_and_no_longer(int frames, int steps, string? refused)
    {
        CommentModel model = opened.Model;
        ReplayFile kept = ReplayFile.Of(
            model, new RecordedWindow(default, new byte[frames * model.Config.Frame.ByteCount], new float[steps * model.Config.Mel.MelCount]), new ClipContext(new float[16], new float[16]),
            new CommentMade(default, 1, Comment.Withheld, Options, default));

        Exception? error = Record.Exception(() => Through(kept, model));

        Assert.Equal(refused is null, error is null);
        Assert.Contains(refused ?? "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_is_not_begun_for_who_is_gone()
    {
        ReplayFile kept = Kept(opened.Model);

        Assert.Throws<OperationCanceledException>(() => kept.Run(opened.Model, new CancellationToken(canceled: true)));
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

    private static ReplayFile Through(ReplayFile replay, CommentModel model) => ReplayFile.Read(Zip(replay, model), "zip", model);

    private static MemoryStream Zip(ReplayFile replay, CommentModel model)
    {
        var zip = new MemoryStream();
        replay.Write(zip, model.Config);
        zip.Position = 0;
        return zip;
    }
}
