using Twitch.Tests;

namespace Twitch.Export.Tests;

/// <summary>The exported preset `seed` against the outputs that PyTorch computed for the same weights.</summary>
public sealed class SeedTinyTests : IDisposable
{
    private const double Allowed = 1e-5;

    private readonly ExportedBundle _bundle = ExportedBundle.SeedTiny();
    private readonly SafeTensors _outputs = Fixtures.SeedTinyOutputs();

    [Fact]
    public void The_video_encoder_gives_the_state_that_PyTorch_gives()
    {
        State state = _bundle.EncodeVideo(_outputs.Read<byte>("frames_u8").ToArray(), _bundle.Zero(2));

        AssertState("video_h", "video_c", state);
    }

    [Fact]
    public void The_audio_encoder_gives_the_state_that_PyTorch_gives()
    {
        State state = _bundle.EncodeAudio(_outputs.Read<float>("audio").ToArray(), _bundle.Zero(2));

        AssertState("audio_h", "audio_c", state);
    }

    [Fact]
    public void Frames_are_normalised_as_PyTorch_normalises_them()
    {
        ReadOnlySpan<byte> frames = _outputs.Read<byte>("frames_u8");
        float[] scale = Graphs.VideoEncoderGraph.Scale(), offset = Graphs.VideoEncoderGraph.Offset();

        var video = new float[frames.Length];
        for (int frame = 0; frame < 20; frame++)
            for (int pixel = 0; pixel < 64; pixel++)
                for (int channel = 0; channel < 3; channel++)
                    video[(frame * 3 + channel) * 64 + pixel] = frames[(frame * 64 + pixel) * 3 + channel] * scale[channel] + offset[channel];

        Floats.Close(_outputs.Read<float>("video"), video, Allowed, "video");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_window_encoded_in_chunks_gives_the_state_of_the_whole(int chunk)
    {
        State video = _bundle.Zero(2), audio = _bundle.Zero(2);

        for (int start = 0; start < 10; start += chunk)
            video = _bundle.EncodeVideo(Slice(_outputs.Read<byte>("frames_u8"), 10, start, chunk), video);
        for (int start = 0; start < 40; start += chunk)
            audio = _bundle.EncodeAudio(Slice(_outputs.Read<float>("audio"), 40, start, chunk), audio);

        AssertState("video_h", "video_c", video);
        AssertState("audio_h", "audio_c", audio);
    }

    [Fact]
    public void The_fusion_gives_the_state_that_PyTorch_gives()
    {
        State fused = _bundle.Fuse(Stored("video_h", "video_c"), Stored("audio_h", "audio_c"));

        AssertState("fused_h", "fused_c", fused);
    }

    [Fact]
    public void Steps_with_fed_back_state_give_the_logits_of_the_whole_sequence()
    {
        ReadOnlySpan<long> tokens = _outputs.Read<long>("tokens");
        int vocabulary = _bundle.Config.VocabularySize;
        var logits = new float[2 * 7 * vocabulary];
        State state = Stored("fused_h", "fused_c");

        for (int t = 0; t < 7; t++)
        {
            (float[] step, state) = _bundle.Step([tokens[t], tokens[7 + t]], state);
            step.AsSpan(0, vocabulary).CopyTo(logits.AsSpan(t * vocabulary));
            step.AsSpan(vocabulary).CopyTo(logits.AsSpan((7 + t) * vocabulary));
        }

        Floats.Close(_outputs.Read<float>("logits"), logits, Allowed, "logits");
        AssertState("h_n", "c_n", state);
    }

    [Fact]
    public void Frames_and_sound_become_the_words_that_PyTorch_says()
    {
        State video = _bundle.EncodeVideo(_outputs.Read<byte>("frames_u8").ToArray(), _bundle.Zero(2));
        State audio = _bundle.EncodeAudio(_outputs.Read<float>("audio").ToArray(), _bundle.Zero(2));
        State state = _bundle.Fuse(video, audio);
        var greedy = new long[2 * 12];
        long[] tokens = [Vocabulary.Start, Vocabulary.Start];

        for (int t = 0; t < 12; t++)
        {
            (float[] logits, state) = _bundle.Step(tokens, state);
            tokens = [.. logits.Chunk(_bundle.Config.VocabularySize).Select(row => (long)Array.IndexOf(row, row.Max()))];
            (greedy[t], greedy[12 + t]) = (tokens[0], tokens[1]);
        }

        Assert.Equal(_outputs.Read<long>("greedy").ToArray(), greedy);
    }

    public void Dispose()
    {
        _outputs.Dispose();
        _bundle.Dispose();
    }

    private State Stored(string hidden, string cell) => new(2, _outputs.Read<float>(hidden).ToArray(), _outputs.Read<float>(cell).ToArray());

    private void AssertState(string hidden, string cell, State state)
    {
        Floats.Close(_outputs.Read<float>(hidden), state.Hidden, Allowed, hidden);
        Floats.Close(_outputs.Read<float>(cell), state.Cell, Allowed, cell);
    }

    // Steps [start, start + count) of each of two rows, or as many as there are.
    private static T[] Slice<T>(ReadOnlySpan<T> rows, int steps, int start, int count)
    {
        int width = rows.Length / (2 * steps), length = Math.Min(count, steps - start) * width;
        return [.. rows.Slice(start * width, length), .. rows.Slice((steps + start) * width, length)];
    }
}
