namespace Twitch.Tests;

public sealed class ModelConfigTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("twitch").FullName, "config.json");

    [Fact]
    public void The_published_network_has_its_published_size()
    {
        ParameterShape video = ModelConfig.Published.Parameters().Single(parameter => parameter.Name == "video_encoder.lstm.weight_ih_l0");

        Assert.Equal([2048, 150_528], video.Shape);
        Assert.Equal(308_281_344, video.Count);
    }

    [Fact]
    public void The_fixtures_tensors_are_those_of_its_config()
    {
        ModelConfig config = ModelConfig.Published with { Frame = new(8, 8), HiddenSize = 16, EmbeddingSize = 12, VocabularySize = 29 };
        using SafeTensors weights = SafeTensors.Open("Fixtures/seed_tiny.safetensors");

        Checkpoint.Check(weights, config);

        Assert.Equal(config.Parameters().Count(), weights.Tensors.Count);
    }

    [Fact]
    public void A_wrong_shape_names_the_tensor_and_both_shapes()
    {
        ModelConfig config = ModelConfig.Published with { Frame = new(8, 8), HiddenSize = 16, EmbeddingSize = 13, VocabularySize = 29 };
        using SafeTensors weights = SafeTensors.Open("Fixtures/seed_tiny.safetensors");

        var error = Assert.Throws<TwitchException>(() => Checkpoint.Check(weights, config));

        Assert.Contains("'decoder.embedding.weight' is F32 [29, 12], but config.json needs F32 [29, 13]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("published")]
    [InlineData("standard")]
    public void A_preset_survives_the_file(string preset)
    {
        ModelConfig config = ModelConfig.FromPreset(preset);

        JsonFile.Write(_path, config, CoreJson.Default.ModelConfig);
        ModelConfig read = JsonFile.Read(_path, CoreJson.Default.ModelConfig).Validate(_path);

        Assert.Equal(config.Parameters().Select(parameter => parameter.ToString()), read.Parameters().Select(parameter => parameter.ToString()));
        Assert.Equal(config, read);
        Assert.Contains("\"hidden_size\"", File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_out_of_range_is_named_with_its_range()
    {
        var error = Assert.Throws<TwitchException>(() => (ModelConfig.Standard with { HiddenSize = 0 }).Validate("config.json"));

        Assert.Equal("config.json: hidden_size is 0; it must be in [1, 16384].", error.Message);
    }

    [Fact]
    public void A_chat_out_of_range_is_named_with_its_range()
    {
        var words = Assert.Throws<TwitchException>(() => (ModelConfig.Standard with { Chat = ChatSpec.Standard with { WordCount = 0 } }).Validate("config.json"));
        var share = Assert.Throws<TwitchException>(() => (ModelConfig.Standard with { Chat = ChatSpec.Standard with { HiddenShare = 1 } }).Validate("config.json"));

        Assert.Equal("config.json: chat.word_count is 0; it must be in [2, 500].", words.Message);
        Assert.Equal("config.json: chat.hidden_share is 1; it must be in [0, 1).", share.Message);
    }

    [Fact]
    public void A_config_written_before_there_was_past_chat_has_none()
    {
        File.WriteAllText(_path, """{"preset":"published","frame":{"height":64,"width":64},"mel":{"sample_rate":16000,"fft_size":1024,"hop_length":256,"mel_count":64},"window_seconds":10,"vocabulary_size":50,"embedding_size":8,"hidden_size":8}""");

        ModelConfig read = JsonFile.Read(_path, CoreJson.Default.ModelConfig).Validate(_path);

        Assert.Equal((null, 0), (read.Chat, read.RateSize));
        Assert.Null(read.Eyes);
        Assert.DoesNotContain(read.Parameters(), parameter => parameter.Name.StartsWith("chat_encoder", StringComparison.Ordinal) || parameter.Name.StartsWith("rate", StringComparison.Ordinal));
    }

    [Fact]
    public void Eyes_without_ears_and_a_frame_of_another_size_are_refused()
    {
        var deaf = Assert.Throws<TwitchException>(() => (ModelConfig.Standard with { Ears = null }).Validate("config.json"));
        var small = Assert.Throws<TwitchException>(() => (ModelConfig.Standard with { Frame = new FrameSpec(64, 224) }).Validate("config.json"));

        Assert.Equal("config.json: has eyes and no ears; both or neither are needed.", deaf.Message);
        Assert.Equal("config.json: frame.height is 64; it must be in [224, 224].", small.Message);
    }

    [Fact]
    public void An_unknown_preset_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<TwitchException>(() => ModelConfig.FromPreset("huge")).ExitCode);

    [Fact]
    public void Sampling_options_out_of_range_are_wrong_usage()
    {
        var error = Assert.Throws<TwitchException>(() => new SamplingOptions { TopK = -1 }.Validate(8000));

        Assert.Equal("--top-k is -1; it must be in [0, 8000], where 0 keeps every token.", error.Message);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
