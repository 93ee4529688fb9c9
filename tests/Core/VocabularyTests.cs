namespace Twitch.Tests;

public sealed class VocabularyTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("twitch").FullName, "vocabulary.json");

    [Fact]
    public void A_word_keeps_its_most_frequent_spelling()
    {
        Vocabulary vocabulary = Vocabulary.Build(["Kappa kappa Kappa", "KAPPA hello", "hello"], maxSize: 100);

        Assert.Equal(["<PAD>", "<UNK>", "<SOS>", "<EOS>", "Kappa", "hello"], vocabulary.Words);
    }

    [Fact]
    public void A_word_is_found_exactly_then_without_its_case()
    {
        Vocabulary vocabulary = Vocabulary.FromWords(["Kappa", "hello"]);

        Assert.Equal([4, 4, 5, Vocabulary.Unknown], vocabulary.Encode("Kappa kAPPA HELLO bye"));
    }

    [Fact]
    public void Special_words_in_chat_are_unknown_words()
    {
        Vocabulary vocabulary = Vocabulary.Build(["<EOS> <PAD> hi"], maxSize: 100);

        Assert.Equal(["hi"], vocabulary.Words.Skip(Vocabulary.SpecialCount));
        Assert.Equal([Vocabulary.Unknown, 4], vocabulary.Encode("<EOS> hi"));
    }

    [Fact]
    public void The_most_frequent_words_fit_and_rare_ones_are_left_out()
    {
        Vocabulary vocabulary = Vocabulary.Build(["a a a b b c", "d d"], maxSize: Vocabulary.SpecialCount + 2, minCount: 2);

        Assert.Equal(["a", "b"], vocabulary.Words.Skip(Vocabulary.SpecialCount));
    }

    [Fact]
    public void Decoding_leaves_special_ids_out() =>
        Assert.Equal("a b", Vocabulary.FromWords(["a", "b"]).Decode([Vocabulary.Start, 4, Vocabulary.Unknown, 5, Vocabulary.End, Vocabulary.Pad]));

    [Fact]
    public void Emoji_and_other_scripts_survive_the_file_readably()
    {
        Vocabulary vocabulary = Vocabulary.FromWords(["😂", "שלום", "Kappa", "\"quoted\""]);

        vocabulary.Save(_path);

        Assert.Equal(vocabulary.Words, Vocabulary.Load(_path).Words);
        Assert.Contains("שלום", File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a","a"]}""", "stands there twice")]
    [InlineData("""{"words":["a","b","c","d","e"]}""", "must begin with <PAD> <UNK> <SOS> <EOS>")]
    [InlineData("""{"words":null}""", "not the JSON that was expected")]
    [InlineData("{", "not the JSON that was expected")]
    public void A_damaged_file_is_refused(string json, string message)
    {
        File.WriteAllText(_path, json);

        var error = Assert.Throws<TwitchException>(() => Vocabulary.Load(_path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
