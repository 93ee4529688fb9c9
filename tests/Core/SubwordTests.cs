namespace Twitch.Tests;

public sealed class SubwordTests : IDisposable
{
    private static readonly string[] Chat =
        [.. Enumerable.Repeat("Kappa hello chat", 3), "shining sing ringing king", "bringing thing", "clinging wing", "swinging string", "привет мир", "こんにちは世界", "gg 😂👩‍👧"];

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("twitch").FullName, "vocabulary.json");

    [Theory]
    [InlineData("hello chat")]
    [InlineData("never seen wórds, ÄÖÜ ß!")]
    [InlineData("привет как дела")]
    [InlineData("こんにちは 世界 안녕하세요 שלום مرحبا")]
    [InlineData("👩‍👧‍👦 😂😂 🇩🇪 ¯\\_(ツ)_/¯ \\xE3 <3")]
    public void Every_text_comes_back_as_it_was_spelt(string text)
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);

        int[] ids = vocabulary.Encode(text);

        Assert.DoesNotContain(Vocabulary.Unknown, ids);
        Assert.Equal(text, vocabulary.Decode(ids));
    }

    [Fact]
    public void Frequent_words_are_one_token_in_their_most_frequent_spelling()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);

        int[] ids = vocabulary.Encode("KAPPA Hello");

        Assert.Equal(2, ids.Length);
        Assert.Equal("Kappa hello", vocabulary.Decode(ids));
        Assert.Equal("Kappa hello NEW", vocabulary.Spell("kappa HELLO NEW"));
    }

    [Fact]
    public void What_many_words_have_in_common_becomes_a_piece_and_a_new_word_has_it()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);

        int[] ids = vocabulary.Encode("zinging");

        Assert.Contains("ing ", vocabulary.Words);
        Assert.Equal("ing ", vocabulary[ids[^1]]);
        Assert.True(ids.Length < 7, $"{ids.Length} pieces");
        Assert.All(ids[..^1], id => Assert.False(vocabulary.EndsWord(id)));
        Assert.True(vocabulary.EndsWord(ids[^1]));
    }

    [Fact]
    public void An_emote_is_a_token_from_the_second_time_on()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(["monkaS monkaS hmm hmm peepoSad"], maxSize: 1000, minCount: 3);

        Assert.Single(vocabulary.Encode("monkaS"));
        Assert.True(vocabulary.Encode("hmm").Length > 1);
        Assert.True(vocabulary.Encode("peepoSad").Length > 1);
    }

    [Fact]
    public void Placeholders_are_whole_words_even_if_nobody_wrote_one()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);

        int[] ids = vocabulary.Encode("<MENTION> hello <URL>");

        Assert.Equal(3, ids.Length);
        Assert.Equal("hello", vocabulary.Decode(ids));
    }

    [Fact]
    public void A_text_is_cut_between_words()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);

        Assert.Equal("hello abcdefg", vocabulary.Decode(vocabulary.Encode("hello abcdefg chat", most: 2)));
        Assert.Equal("hello", vocabulary.Decode(vocabulary.Encode("hello abcdefg chat", most: 9, mostTokens: 5)));
    }

    [Fact]
    public void Only_what_can_still_become_text_can_follow()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: Vocabulary.LeastSubwords + 4);    // bytes alone
        int first = vocabulary.WordCount;
        int Byte(int value) => first + value;
        int end = first + 256;

        Assert.Equal(WordState.Needs2, vocabulary.After(WordState.Between, Byte(0xE3)));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Needs2, Byte('a')));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Needs2, end));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Between, end));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Between, Byte(' ')));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Between, Byte(0x80)));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.AfterED, Byte(0xA0)));    // half of a surrogate pair
        Assert.Equal(WordState.Within, vocabulary.After(WordState.Between, Byte('a')));
        Assert.Equal(WordState.Between, vocabulary.After(WordState.Within, end));
        Assert.Equal(WordState.Impossible, vocabulary.After(WordState.Within, vocabulary.Find("hello")));
        Assert.Equal(WordState.Between, vocabulary.After(WordState.Between, vocabulary.Find("hello")));
    }

    [Fact]
    public void Every_word_of_every_script_is_a_walk_that_can_be()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);
        for (int value = 0x21; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 97)
        {
            if (value is >= 0xD800 and <= 0xDFFF || System.Text.Rune.IsWhiteSpace(new(value)) || value == 0x7F)
                continue;
            WordState state = WordState.Between;
            foreach (int id in vocabulary.Encode(new System.Text.Rune(value).ToString()))
                state = vocabulary.After(state, id);
            Assert.True(state == WordState.Between, $"U+{value:X4}: {state}");
        }
    }

    [Fact]
    public void A_word_that_does_not_end_is_left_out()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat, maxSize: 1000);
        int[] ids = vocabulary.Encode("hello qwerty");

        Assert.Equal("hello", vocabulary.Decode(ids.AsSpan(0, ids.Length - 1)));
        Assert.Equal("", vocabulary.Decode([ids[1]]));
    }

    [Fact]
    public void The_file_gives_the_same_ids_and_can_be_read_by_people()
    {
        Vocabulary vocabulary = Vocabulary.BuildSubwords(Chat.Concat(["こんにち", "こんばんは", "こんな", "こんど", "こんや", "こんき"]), maxSize: 1000);

        vocabulary.Save(_path);
        Vocabulary loaded = Vocabulary.Load(_path);

        Assert.Equal(vocabulary.Words, loaded.Words);
        Assert.Equal(vocabulary.Encode("zinging こんにちは \\x41"), loaded.Encode("zinging こんにちは \\x41"));
        string json = File.ReadAllText(_path);
        Assert.Contains("\"version\": 2", json, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"subwords\"", json, StringComparison.Ordinal);
        Assert.Contains("\"こ\"", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":3}""", "version is 3")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"bytes"}""", "\"kind\" is 'bytes'")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"subwords"}""", "\"merges\" is missing")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"words","merges":[]}""", "\"merges\" stands there")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"subwords","merges":[["a","bc"]]}""", "merge 0 cannot be")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"subwords","merges":[["a "," "]]}""", "merge 0 cannot be")]
    [InlineData("""{"words":["<PAD>","<UNK>","<SOS>","<EOS>","a"],"version":2,"kind":"subwords","merges":[["a","b"],["a","b"]]}""", "there already")]
    public void A_damaged_file_is_refused(string json, string message)
    {
        File.WriteAllText(_path, json);

        var error = Assert.Throws<TwitchException>(() => Vocabulary.Load(_path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
