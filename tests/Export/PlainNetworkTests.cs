using Twitch.Tests;

namespace Twitch.Export.Tests;

/// <summary>Exported graphs of every kind of network against plain loops.</summary>
public sealed class PlainNetworkTests
{
    private const double Allowed = 1e-4;

    public static TheoryData<string, int, int, int> Cases => new()
    {
        // network, batch, frames, steps of sound
        { "standard", 1, 1, 1 },
        { "standard", 1, 5, 7 },
        { "standard", 3, 1, 8 },
        { "standard", 4, 3, 2 },
        { "published", 1, 4, 9 },
        { "published", 3, 2, 5 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_window_and_its_words_are_what_plain_loops_compute(string network, int batch, int frameCount, int stepCount)
    {
        using var exported = new ExportedBundle(folder => WriteCheckpoint(folder, Config(network)), new ExportOptions { Cuda = true });
        ModelConfig config = exported.Config;
        byte[] frames = Draw.Bytes(batch * frameCount * config.Frame.ByteCount);
        float[] mel = Draw.Floats(batch * stepCount * config.Mel.MelCount, scale: 10);
        (float[] seen, float[] heard) = (Draw.Floats(batch * frameCount * (config.Eyes?.FeatureCount ?? 0), seed: 8, scale: 40), Draw.Floats(batch * stepCount * (config.Ears?.FeatureCount ?? 0), seed: 9, scale: 40));
        State before = new(batch, Draw.Floats(batch * config.HiddenSize, seed: 2), Draw.Floats(batch * config.HiddenSize, seed: 3));
        long[][] tokens = [Row(_ => Vocabulary.Start), Row(row => Vocabulary.SpecialCount + row), Row(_ => config.VocabularySize - 1)];

        (long[] words, float[] age) = Chat(config, batch);
        State state = exported.Fuse(
            config.Eyes is null ? exported.EncodeVideo(frames, before) : exported.EncodeVideoFeatures(seen, before),
            config.Ears is null ? exported.EncodeAudio(mel, before) : exported.EncodeAudioFeatures(heard, before), config.Chat is null ? null : exported.EncodeChat(words, age));
        float[] paces = [.. Enumerable.Range(0, batch).SelectMany(row => row == 1 ? ChatPace.Numbers(null) : [0.5f * row, 1 + row])];    // of the second nothing is known
        float[] rates = config.RateSize == 0 ? [] : exported.Rate(state, paces);
        var logits = new float[tokens.Length][];
        for (int t = 0; t < tokens.Length; t++)
            (logits[t], state) = config.Chat is null ? exported.Step(tokens[t], state) : exported.StepWithChat(tokens[t], state);

        var plain = new PlainNetwork(exported.Checkpoint);
        for (int row = 0; row < batch; row++)
        {
            double[] hidden = Doubles(before.Hidden, row, batch), cell = Doubles(before.Cell, row, batch);
            var video = config.Eyes is null ? plain.EncodeVideo(Rows(frames, row, batch), hidden, cell) : plain.EncodeFeatures("video_encoder", Rows(seen, row, batch), hidden, cell);
            var audio = config.Ears is null ? plain.EncodeAudio(Rows(mel, row, batch), hidden, cell) : plain.EncodeFeatures("audio_encoder", Rows(heard, row, batch), hidden, cell);
            (hidden, cell) = plain.Fuse(video, audio);
            List<PlainPlace>? places = config.Chat is null ? null : plain.EncodeChat(Rows(words, row, batch), Rows(age, row, batch));
            if (config.RateSize > 0)
                Assert.Equal(plain.Rate(hidden, cell, Rows(paces, row, batch)), rates[row], Allowed);
            for (int t = 0; t < tokens.Length; t++)
            {
                (double[] expected, hidden, cell) = plain.Step(tokens[t][row], hidden, cell);
                if (places is not null)
                    expected = plain.Mix([.. tokens.Take(t + 1).Select(step => step[row])], expected, hidden, places);
                AssertClose(expected, Rows(logits[t], row, batch), $"row {row}, logits of step {t}");
            }
            AssertClose(hidden, Rows(state.Hidden, row, batch), $"row {row}, hidden");
            AssertClose(cell, Rows(state.Cell, row, batch), $"row {row}, cell");
        }

        long[] Row(Func<int, int> token) => [.. Enumerable.Range(0, batch).Select(row => (long)token(row))];
    }

    // A full chat, then ever shorter ones; the fourth is empty.
    private static (long[] Words, float[] Age) Chat(ModelConfig config, int batch)
    {
        if (config.Chat is not ChatSpec spec)
            return ([], []);
        int[] counts = [spec.CommentCount, 2, 1, 0];
        ChatWindow[] windows = [.. Enumerable.Range(0, batch).Select(row => ChatWindow.Before(TimeSpan.FromSeconds(100), spec,
            [.. Enumerable.Range(0, counts[row]).Select(i => new PastComment(TimeSpan.FromSeconds(80 + 3.7 * i), [.. Enumerable.Range(0, 1 + i % 4).Select(word => 1 + (7 * row + 5 * i + word) % (config.VocabularySize - 1))]))]))];
        return ([.. windows.SelectMany(window => window.Words)], [.. windows.SelectMany(window => window.Ages)]);
    }

    private static ModelConfig Config(string network) => network switch
    {
        "standard" => ExporterTests.Small,
        _ => Fixtures.SeedTinyConfig,
    };

    // Statistics that are not 0 and 1, so that a graph which forgets them is found out.
    private static void WriteCheckpoint(string folder, ModelConfig config)
    {
        config = UntrainedCheckpoint.Write(folder, config, seed: 5);
        using (var untrained = Checkpoint.Open(folder))
        {
            var weights = new SafeTensorsWriter();
            foreach (ParameterShape parameter in config.Parameters())
            {
                float[] values = parameter.Name switch
                {
                    "video_encoder.mean" or "audio_encoder.mean" or "rate.pace_mean" => Draw.Floats((int)parameter.Count, seed: 6, scale: 4),
                    "video_encoder.deviation" or "audio_encoder.deviation" => [.. Draw.Floats((int)parameter.Count, seed: 7).Select(value => 3 + value)],
                    _ => untrained.Weights.Read<float>(parameter.Name).ToArray(),
                };
                weights.Add(parameter.Name, values, parameter.Shape);
            }
            AtomicFolder.Write(folder, partial =>
            {
                foreach (string graph in Directory.EnumerateFiles(folder, "*.onnx"))
                    File.Copy(graph, Path.Combine(partial, Path.GetFileName(graph)));
                Checkpoint.Save(partial, config, untrained.Vocabulary, weights);
            });
        }
    }

    private static T[] Rows<T>(T[] values, int row, int batch) => values.AsSpan(row * (values.Length / batch), values.Length / batch).ToArray();

    private static double[] Doubles(float[] values, int row, int batch) => [.. Rows(values, row, batch).Select(value => (double)value)];

    private static void AssertClose(double[] expected, float[] actual, string what) =>
        Floats.Close([.. expected.Select(value => (float)value)], actual, Allowed, what);
}
