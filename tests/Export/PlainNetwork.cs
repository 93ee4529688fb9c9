namespace Twitch.Export.Tests;

/// <summary>The network as its formulas read, in plain loops over doubles, straight from the state dict: what the graphs must compute.</summary>
internal sealed class PlainNetwork(Checkpoint checkpoint)
{
    private readonly ModelConfig _config = checkpoint.Config;

    /// <param name="frames">[time, height, width, 3] of one clip.</param>
    /// <param name="hidden">[hidden].</param>
    /// <param name="cell">[hidden].</param>
    public (double[] Hidden, double[] Cell) EncodeVideo(byte[] frames, double[] hidden, double[] cell)
    {
        foreach (byte[] frame in frames.Chunk(_config.Frame.ByteCount))
        {
            var (height, width) = (_config.Frame.Height, _config.Frame.Width);
            var x = new double[frame.Length];
            for (int c = 0; c < 3; c++)
                for (int i = 0; i < height * width; i++)
                    x[c * height * width + i] = (frame[i * 3 + c] / 255.0 - FrameSpec.Mean[c]) / FrameSpec.Deviation[c];
            (hidden, cell) = LstmStep(x, hidden, cell, "video_encoder.lstm");
        }
        return (hidden, cell);
    }

    /// <param name="mel">[time, n_mels] of one clip.</param>
    /// <param name="hidden">[hidden].</param>
    /// <param name="cell">[hidden].</param>
    public (double[] Hidden, double[] Cell) EncodeAudio(float[] mel, double[] hidden, double[] cell)
    {
        foreach (float[] step in mel.Chunk(_config.Mel.MelCount))
            (hidden, cell) = LstmStep([.. step.Select(value => (double)value)], hidden, cell, "audio_encoder.lstm");
        return (hidden, cell);
    }

    /// <param name="module">Name of the encoder.</param>
    /// <param name="features">[time, features] of one clip.</param>
    /// <param name="hidden">[hidden].</param>
    /// <param name="cell">[hidden].</param>
    public (double[] Hidden, double[] Cell) EncodeFeatures(string module, float[] features, double[] hidden, double[] cell)
    {
        float[] mean = Read($"{module}.mean"), deviation = Read($"{module}.deviation");
        foreach (float[] second in features.Chunk(mean.Length))
        {
            double[] x = [.. second.Select((value, i) => Math.Clamp(((double)value - mean[i]) / deviation[i], -10, 10))];
            (hidden, cell) = LstmStep(Relu(Normalise(Linear(x, $"{module}.embed"), $"{module}.embed_norm")), hidden, cell, $"{module}.lstm");
        }
        return (hidden, cell);
    }

    /// <param name="words">[comments, words] of one clip.</param>
    /// <param name="age">[comments].</param>
    /// <returns>What may be said again: a place for each word of each comment, and one for its end if that is known.</returns>
    public List<PlainPlace> EncodeChat(long[] words, float[] age)
    {
        ChatSpec spec = _config.Chat!;
        float[] rows = Read("decoder.output_fc.weight");
        var places = new List<PlainPlace>();
        for (int comment = 0; comment < age.Length; comment++)
        {
            long[] said = [.. words.AsSpan(comment * spec.WordCount, spec.WordCount).ToArray().TakeWhile(id => id != 0)];
            int ends = said.Length > 0 && said.Length < spec.WordCount ? 1 : 0;
            for (int i = 0; i < said.Length + ends; i++)
            {
                long next = i < said.Length ? said[i] : Vocabulary.End, after = i == 0 ? Vocabulary.Start : said[i - 1];
                double seconds = Math.Min(age[comment], ChatSpec.OldestAge);
                double[] word = [.. rows.AsSpan((int)next * _config.HiddenSize, _config.HiddenSize).ToArray().Select(value => (double)value)];
                double[] x = Relu(Linear([.. word, Math.Log(1 + seconds), seconds / 10, Is(i == 0), Is(i == said.Length - 1), Is(i == said.Length), (double)said.Length / spec.WordCount], "chat_encoder.embed"));
                places.Add(new PlainPlace(comment, i, after, next, Linear(x, "chat_encoder.score")));
            }
        }
        return places;

        static double Is(bool condition) => condition ? 1 : 0;
    }

    /// <summary>One distribution out of the decoder's words and the past ones.</summary>
    /// <param name="said">The tokens of the comment under way, from <c>&lt;SOS&gt;</c> on.</param>
    /// <param name="logits">Of the decoder.</param>
    /// <param name="hidden">Its next state.</param>
    /// <param name="places">Of <see cref="EncodeChat"/>.</param>
    /// <returns>ln p of each word.</returns>
    public double[] Mix(IReadOnlyList<long> said, double[] logits, double[] hidden, List<PlainPlace> places)
    {
        double generated = Math.Exp(Sentinel(hidden));
        double[] copied = [.. places.Select(place => place.Next == Vocabulary.Unknown ? 0.0 : Math.Exp(Score(place)))];
        double all = generated + copied.Sum(), own = logits.Sum(Math.Exp);
        double[] p = [.. logits.Select(logit => generated / all * Math.Exp(logit) / own)];
        for (int i = 0; i < places.Count; i++)
            p[places[i].Next] += copied[i] / all;
        return [.. p.Select(share => Math.Log(share))];

        double Score(PlainPlace place)
        {
            // The words before the place, backwards from it, as far as they are those of the comment under way.
            long[] before = [Vocabulary.Start, .. places.Where(other => other.Comment == place.Comment && other.Index < place.Index).Select(other => other.Next)];
            int match = 0;
            while (match < before.Length && match < said.Count && before[^(match + 1)] == said[said.Count - 1 - match])
                match++;
            bool isCopy = match == before.Length;
            return place.Scores[0] + (match >= 1 ? place.Scores[1] : 0) + (match >= 2 ? place.Scores[2] : 0) + (isCopy ? place.Scores[3] : 0);
        }
    }

    public (double[] Hidden, double[] Cell) Fuse(params (double[] Hidden, double[] Cell)[] encoders) =>
        (Linear([.. encoders.SelectMany(state => state.Hidden)], "fuse_h"), Linear([.. encoders.SelectMany(state => state.Cell)], "fuse_c"));

    public double Rate(double[] hidden, double[] cell, float[] pace)
    {
        double[] lively = _config.Chat is null ? [] : [.. pace.Zip(Read("rate.pace_mean"), (number, mean) => number < 0 ? 0.0 : (double)number - mean)];
        return Math.Exp(Linear(Relu(Linear([.. hidden, .. cell, .. lively], "rate.embed")), "rate.output")[0]);
    }

    public (double[] Logits, double[] Hidden, double[] Cell) Step(long token, double[] hidden, double[] cell)
    {
        int size = _config.EmbeddingSize;
        double[] embedding = [.. Read("decoder.embedding.weight").AsSpan((int)token * size, size).ToArray().Select(value => (double)value)];
        (hidden, cell) = LstmStep(embedding, hidden, cell, "decoder.lstm");
        return (Linear(hidden, "decoder.output_fc"), hidden, cell);
    }

    /// <summary>The score of saying none of the past words again, after a step.</summary>
    public double Sentinel(double[] hidden) => Linear(hidden, "chat_encoder.sentinel")[0];

    private float[] Read(string name) => checkpoint.Weights.Read<float>(name).ToArray();

    private double[] Linear(double[] x, string module) => Affine(x, Read($"{module}.weight"), Read($"{module}.bias"));

    // LayerNorm.
    private double[] Normalise(double[] x, string module)
    {
        float[] weight = Read($"{module}.weight"), bias = Read($"{module}.bias");
        double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        return [.. x.Select((value, i) => (value - mean) / deviation * weight[i] + bias[i])];
    }

    private static double[] Affine(double[] x, float[] weight, float[] bias) =>
        [.. bias.Select((b, row) => b + x.Select((value, i) => value * weight[row * x.Length + i]).Sum())];

    private static double[] Relu(double[] x) => [.. x.Select(value => Math.Max(value, 0))];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // PyTorch's order of gates: input, forget, cell, output.
    private (double[] Hidden, double[] Cell) LstmStep(double[] x, double[] hidden, double[] cell, string module)
    {
        double[] input = Affine(x, Read($"{module}.weight_ih_l0"), Read($"{module}.bias_ih_l0"));
        double[] recurrent = Affine(hidden, Read($"{module}.weight_hh_l0"), Read($"{module}.bias_hh_l0"));
        int size = hidden.Length;
        var (nextHidden, nextCell) = (new double[size], new double[size]);
        for (int i = 0; i < size; i++)
        {
            nextCell[i] = Sigmoid(Gate(1)) * cell[i] + Sigmoid(Gate(0)) * Math.Tanh(Gate(2));
            nextHidden[i] = Sigmoid(Gate(3)) * Math.Tanh(nextCell[i]);

            double Gate(int gate) => input[gate * size + i] + recurrent[gate * size + i];
        }
        return (nextHidden, nextCell);
    }
}

/// <summary>A word of the past chat, or a comment's end.</summary>
internal sealed record PlainPlace(int Comment, int Index, long After, long Next, double[] Scores);
