using System.Text.Json;

namespace Twitch.Training.Import;

/// <summary>The words of a published network by id: a word a line, or JSON, an array or an object from words to ids (maybe under <c>word2idx</c> or <c>words</c>).</summary>
internal static class WordFile
{
    private static readonly string[] _special = ["<PAD>", "<UNK>", "<SOS>", "<EOS>"];
    private static readonly string[] _wrappers = ["word2idx", "word_to_idx", "word2id", "stoi", "words", "vocab"];

    /// <summary>Reads the words that follow the special ones.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabularySize">Ids that the network has, special ones included.</param>
    /// <exception cref="TwitchException">It cannot be read, or does not hold as many words as the network has.</exception>
    public static IReadOnlyList<string> Read(string path, int vocabularySize)
    {
        string[] words;
        try
        {
            string text = File.ReadAllText(path).TrimStart('\uFEFF');
            words = text.TrimStart() is ['[' or '{', ..] ? OfJson(text, path) : [.. text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }

        bool hasSpecial = words.Length >= _special.Length && words.Take(_special.Length).SequenceEqual(_special, StringComparer.OrdinalIgnoreCase);
        int count = words.Length + (hasSpecial ? 0 : _special.Length);
        if (count != vocabularySize)
        {
            throw new TwitchException($"{path}: has {words.Length} words{(hasSpecial ? $", {string.Join(' ', _special)} among them" : $", and {string.Join(' ', _special)} come before them")}, " +
                $"but the network has {vocabularySize} ids; give the words that were saved with it, one a line in the order of their ids.");
        }

        string[] own = hasSpecial ? words[_special.Length..] : words;
        int empty = Array.FindIndex(own, string.IsNullOrWhiteSpace);
        if (empty >= 0)
            throw new TwitchException($"{path}:{empty + 1 + (hasSpecial ? _special.Length : 0)}: an empty word; give a word for each id.");
        return own;
    }

    private static string[] OfJson(string text, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && _wrappers.FirstOrDefault(name => root.TryGetProperty(name, out JsonElement inner) && inner.ValueKind is JsonValueKind.Object or JsonValueKind.Array) is { } wrapper)
                root = root.GetProperty(wrapper);
            if (root.ValueKind == JsonValueKind.Array)
                return [.. root.EnumerateArray().Select(word => word.GetString()!)];
            (string Word, int Id)[] pairs = [.. root.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetInt32())).OrderBy(pair => pair.Item2)];
            for (int i = 0; i < pairs.Length; i++)
            {
                if (pairs[i].Id - pairs[0].Id != i)
                    throw new TwitchException($"{path}: no word has id {pairs[0].Id + i}, or two have; give a word for each id.");
            }

            return [.. pairs.Select(pair => pair.Word)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new TwitchException($"{path}: neither an array of words nor an object from words to ids ({e.Message}); write one word a line, in the order of their ids.", inner: e);
        }
    }
}
