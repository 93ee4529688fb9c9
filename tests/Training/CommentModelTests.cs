using TorchSharp;
using static TorchSharp.torch;

namespace Twitch.Training.Tests;

[Collection(TorchTests.Name)]
public sealed class CommentModelTests
{
    private static readonly ModelConfig SeedTiny = ModelConfig.Published with
    {
        Frame = new FrameSpec(8, 8), VocabularySize = 29, EmbeddingSize = 12, HiddenSize = 16,
    };

    public static TheoryData<string> Configs => ["published", "standard"];

    [Theory]
    [MemberData(nameof(Configs))]
    public void The_state_dict_has_exactly_the_names_and_shapes_of_the_config(string name)
    {
        ModelConfig config = Config(name);
        using var scope = NewDisposeScope();
        using var model = new CommentModel(config);

        var found = model.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Order().ToArray();

        Assert.Equal(config.Parameters().Select(parameter => $"{parameter.Name} [{string.Join(", ", parameter.Shape)}]").Order().ToArray(), found);
    }

    [Fact]
    public void The_published_network_is_reproduced()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using SafeTensors weights = SafeTensors.Open("Fixtures/seed_tiny.safetensors"), io = SafeTensors.Open("Fixtures/seed_tiny_io.safetensors");
        Checkpoint.Check(weights, SeedTiny);
        using var model = new CommentModel(SeedTiny);
        TorchCheckpoint.Read(weights, TorchCheckpoint.StateDict(model));
        model.eval();

        LstmState video = model.EncodeVideo(tensor(io.Read<byte>("frames_u8").ToArray()).view(2, 10, 8, 8, 3));
        LstmState audio = model.EncodeAudio(tensor(io.Read<float>("audio").ToArray()).view(2, 40, 64));
        LstmState fused = model.Fuse(video, audio);
        (Tensor logits, LstmState next) = model.Decode(tensor(io.Read<long>("tokens").ToArray()).view(2, 7), fused);

        Near(io, "video_h", video.Hidden);
        Near(io, "video_c", video.Cell);
        Near(io, "audio_h", audio.Hidden);
        Near(io, "audio_c", audio.Cell);
        Near(io, "fused_h", fused.Hidden);
        Near(io, "fused_c", fused.Cell);
        Near(io, "logits", logits);
        Near(io, "h_n", next.Hidden);
        Near(io, "c_n", next.Cell);
        (Tensor token, LstmState state) = (full([2, 1], Vocabulary.Start, ScalarType.Int64), fused);
        for (int i = 0; i < 12; i++)    // the bare argmax of every step
        {
            (Tensor scores, state) = model.Decode(token, state);
            token = scores.argmax(2);
            Assert.Equal([io.Read<long>("greedy")[i], io.Read<long>("greedy")[12 + i]], token.data<long>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void A_batch_of_different_lengths_equals_its_rows_alone(string name)
    {
        ModelConfig config = Config(name);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        manual_seed(3);
        using var model = new CommentModel(config);
        model.eval();
        var stream = new SyntheticStream(config, seconds: 30);
        var random = new SplitMix64(5);
        Example[] examples = [.. Enumerable.Range(0, 9).Select(i => new Example(0, default, Window(i), [Vocabulary.Start, .. Words(i), Vocabulary.End], Chat(i)))];

        Tensor together = model.forward(Batch.Create([stream], examples, config, CPU));
        Tensor apart = cat([.. examples.Select(example => model.forward(Batch.Create([stream], [example], config, CPU)))]);

        Assert.True(examples.Select(example => example.Window.StepCount).Distinct().Count() >= (config.Ears is null ? 5 : 3), "the windows differ in length");
        float difference = (together - apart).abs().max().item<float>();
        Assert.True(difference <= 1e-6, $"largest difference {difference}");

        ClipWindow Window(int i) => ClipWindow.Before(TimeSpan.FromSeconds(i % 2 == 0 ? 0.2 + 0.4 * i : 11.03 + i), config, stream.FrameCount, stream.StepCount);
        ChatBefore Chat(int i) => new([.. Enumerable.Range(0, 3 * i).Select(k => new PastComment(TimeSpan.FromSeconds(k), [4 + k % 5, 4 + i]))], TimeSpan.FromSeconds(40));
        int[] Words(int i) => [.. Enumerable.Range(0, i).Select(_ => 4 + (int)(random.Next() % (ulong)(config.VocabularySize - 4)))];
    }

    [Fact]
    public void A_window_without_steps_leaves_the_zero_state()
    {
        ModelConfig config = SyntheticStream.Tiny;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = new CommentModel(config);
        model.eval();
        Tensor frames = randn(5, config.Eyes!.FeatureCount);

        LstmState state = model.EncodeVideo(frames, new StepWindows([new(1, 3), new(0, 0), new(0, 5), new(1, 3)]));

        Assert.Equal(0, state.Hidden[1].abs().sum().item<float>());
        Assert.Equal(0, state.Cell[1].abs().sum().item<float>());
        Assert.NotEqual(0, state.Hidden[0].abs().sum().item<float>());
        Assert.Equal(0, (state.Hidden[0] - state.Hidden[3]).abs().sum().item<float>());
    }

    [Fact]
    public void Withheld_words_are_read_as_unknown_ones()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        manual_seed(4);
        using var model = new CommentModel(SyntheticStream.Tiny);
        model.eval();
        var stream = new SyntheticStream(SyntheticStream.Tiny, seconds: 20);
        ClipWindow window = ClipWindow.Before(TimeSpan.FromSeconds(9), model.Config, stream.FrameCount, stream.StepCount);

        int[] said = [5, 6, 7, 5, 8, 6, 9, 5];

        Tensor all = model.Foresee(Of(said), withheld: 1).Logits, unknown = model.forward(Of([.. said.Select(_ => Vocabulary.Unknown)])), half = model.Foresee(Of(said), withheld: 0.5).Logits;

        Assert.Equal(0, (all - unknown).abs().max().item<float>());
        Assert.NotEqual(0, (half - model.forward(Of(said))).abs().max().item<float>());

        Batch Of(params int[] words) => Batch.Create([stream], [new Example(0, default, window, [Vocabulary.Start, .. words, Vocabulary.End])], model.Config, CPU);
    }

    [Fact]
    public void Gradients_reach_every_parameter()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = new CommentModel(SyntheticStream.Tiny);
        var stream = new SyntheticStream(SyntheticStream.Tiny, seconds: 20);
        ClipWindow window = ClipWindow.Before(TimeSpan.FromSeconds(9), model.Config, stream.FrameCount, stream.StepCount);
        ChatBefore chat = new([.. Enumerable.Range(0, 40).Select(i => new PastComment(TimeSpan.FromSeconds(i / 5.0), [4 + i % 3]))], TimeSpan.FromSeconds(9));
        Example[] examples = [.. Enumerable.Repeat(new Example(0, default, window, [2, 5, 6, 3], chat), 8)];    // of some the chat is hidden
        Batch batch = Batch.Create([stream], examples, model.Config, CPU, examples);

        (Tensor logits, Tensor? rates) = model.Foresee(batch);
        (nn.functional.cross_entropy(logits, batch.Targets) + rates!.sum()).backward();

        Assert.All(model.named_parameters(), entry => Assert.True(entry.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, entry.name));
    }

    private static ModelConfig Config(string name) => name switch
    {
        "published" => SeedTiny with { WindowSeconds = 3 },
        _ => SyntheticStream.Tiny,
    };

    private static void Near(SafeTensors expected, string name, Tensor found)
    {
        float difference = (tensor(expected.Read<float>(name).ToArray()).view(found.shape) - found).abs().max().item<float>();
        Assert.True(difference <= 1e-5, $"{name}: largest difference {difference}");
    }
}
