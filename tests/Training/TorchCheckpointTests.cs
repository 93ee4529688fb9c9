using TorchSharp;
using static TorchSharp.torch;

namespace Twitch.Training.Tests;

[Collection(TorchTests.Name)]
public sealed class TorchCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_come_back_bit_by_bit()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using CommentModel written = new(SyntheticStream.Tiny), read = new(SyntheticStream.Tiny);

        TorchCheckpoint.Write(_folder["model.safetensors"], TorchCheckpoint.StateDict(written));
        using SafeTensors file = SafeTensors.Open(_folder["model.safetensors"]);
        Checkpoint.Check(file, SyntheticStream.Tiny);
        TorchCheckpoint.Read(file, TorchCheckpoint.StateDict(read));

        foreach (((string name, Tensor expected), (_, Tensor found)) in TorchCheckpoint.StateDict(written).Zip(TorchCheckpoint.StateDict(read)))
            Assert.True(expected.bytes.SequenceEqual(found.bytes), name);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_what_would_bring_it()
    {
        var absent = Assert.Throws<TwitchException>(() => TorchCheckpoint.OpenDevice("cuda"));
        var unknown = Assert.Throws<TwitchException>(() => TorchCheckpoint.OpenDevice("gpu"));

        Assert.Contains("-p:Accelerator=cuda", absent.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, unknown.ExitCode);
    }

    [Fact]
    public void A_golden_file_holds_what_torch_computes()
    {
        ModelConfig config = SyntheticStream.Tiny;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        manual_seed(4);
        using var model = new CommentModel(config);
        Tensor seen = randn(3, 2, 12), heard = randn(3, 2, 10), tokens = tensor(new long[] { 2, 5, 6, 7, 2, 7, 7, 8, 2, 9, 4, 5 }).view(3, 4);

        ChatWindow[] chats = [.. Enumerable.Range(0, 3).Select(row => ChatWindow.Before(TimeSpan.FromSeconds(9), config.Chat!, [.. Enumerable.Range(0, row).Select(i => new PastComment(TimeSpan.FromSeconds(i), [5, 6 + i]))]))];

        Golden.Write(_folder["golden.safetensors"], model, seen, heard, tokens, chats);

        using SafeTensors golden = SafeTensors.Open(_folder["golden.safetensors"]);
        Assert.Equal([3, 2, 12], golden.Find("frame_features").Shape);
        Assert.Equal([3, 4, config.VocabularySize], golden.Find("logits").Shape);
        Tensor words = tensor(golden.Read<long>("words").ToArray()).view(3, 16, 12), age = tensor(golden.Read<float>("age").ToArray()).view(3, 16);
        LstmState state = model.Fuse(model.EncodeVideo(seen), model.EncodeAudio(heard), model.EncodeChat(words, age));
        Assert.True((model.Rate(state, tensor(golden.Read<float>("pace").ToArray()).view(3, 2)) - tensor(golden.Read<float>("rate").ToArray())).abs().max().item<float>() < 1e-6);
        Assert.True(state.Hidden.bytes.SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(golden.Read<float>("hidden"))));
        foreach (string name in (string[])["video_hidden", "video_cell", "audio_hidden", "audio_cell", "hidden", "cell", "next_hidden", "next_cell"])
            Assert.Equal([3, config.HiddenSize], golden.Find(name).Shape);
        foreach (string name in (string[])["past_after", "past_next"])
            Assert.Equal([3, config.Chat!.PlaceCount], golden.Find(name).Shape);
        Assert.Equal([3, config.Chat!.PlaceCount, ChatSpec.EvidenceCount], golden.Find("past_scores").Shape);

        // Fed one token at a time, the decoder comes to the same logits and state.
        Tensor steps = zeros(0);
        for (int t = 0; t < 4; t++)
        {
            (Tensor logits, state) = model.Decode(tokens.narrow(1, t, 1), state);
            steps = t == 0 ? logits : cat([steps, logits], 1);
        }
        Assert.True((steps - tensor(golden.Read<float>("logits").ToArray()).view(3, 4, -1)).abs().max().item<float>() < 1e-5);
        Assert.True((state.Cell - tensor(golden.Read<float>("next_cell").ToArray()).view(3, -1)).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void Greedy_comments_never_hold_what_is_never_generated()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        manual_seed(2);
        using var model = new CommentModel(SyntheticStream.Tiny);
        model.eval();
        Dictionary<string, Tensor> weights = model.state_dict();
        weights["decoder.output_fc.bias"].copy_(tensor(new float[] { 9, 8, 7, 6 }).repeat(13)[..50]);
        weights["decoder.output_fc.bias"].narrow(0, 4, 46).fill_(0);

        long[] comments = Golden.Greedy(model, new LstmState(zeros(2, 24), zeros(2, 24))).data<long>().ToArray();

        // <PAD>, <UNK> and <SOS> are the most likely, then <EOS>: so a word, because <EOS> must not be first, and <EOS>.
        Assert.Equal(4, comments.Length);
        Assert.All([comments[0], comments[2]], token => Assert.InRange(token, Vocabulary.SpecialCount, 49));
        Assert.All([comments[1], comments[3]], token => Assert.Equal(Vocabulary.End, token));
    }
}
