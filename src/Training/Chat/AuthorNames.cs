namespace Twitch.Training.Chat;

/// <summary>Finds the names of a chat's own authors among its words, so that they are learnt as mentions and not as words.</summary>
/// <remarks>A name that is an ordinary word or an emote stays, and so does one of several such words: somebody is called <c>hello</c>, somebody <c>good night
/// all</c>. Any other is hidden, whoever many say it. Lives as long as a log is read; nothing of it is stored.</remarks>
internal sealed class AuthorNames
{
    private const int ShortestName = 3;

    private readonly Dictionary<string, List<string[]>> _names = new(StringComparer.Ordinal);    // by first word; lower case

    /// <summary>Learns the names.</summary>
    /// <param name="names">In lower case.</param>
    public AuthorNames(IEnumerable<string> names)
    {
        foreach (string name in names.Where(name => name.Length >= ShortestName))
        {
            string[] words = [.. Split(name).Select(Core)];
            if (words.Length == 0 || words.Contains("") || words.All(IsOrdinary))
                continue;
            if (!_names.TryGetValue(words[0], out List<string[]>? starting))
                _names[words[0]] = starting = [];
            starting.Add(words);
        }
    }

    /// <summary>The text with <see cref="Placeholders.Mention"/> in the place of names.</summary>
    public string Hide(string text)
    {
        string[] words = Split(text);
        List<string>? hidden = null;
        int next = 0;
        foreach ((int at, string[] name) in Find(words))
        {
            if (at < next)
                continue;
            hidden ??= [];
            hidden.AddRange(words[next..at]);
            hidden.Add(Placeholders.Mention);
            next = at + name.Length;
        }
        return hidden is null ? text : string.Join(' ', hidden.Concat(words[next..]));
    }

    // Every name that stands at each place, the longest first.
    private IEnumerable<(int At, string[] Name)> Find(string[] words)
    {
        for (int at = 0; at < words.Length; at++)
        {
            if (!_names.TryGetValue(Core(words[at]), out List<string[]>? starting))
                continue;
            foreach (string[] name in starting.OrderByDescending(name => name.Length))
            {
                if (at + name.Length <= words.Length && name.Skip(1).Zip(words.Skip(at + 1)).All(pair => pair.First == Core(pair.Second)))
                    yield return (at, name);
            }
        }
    }

    private static bool IsOrdinary(string word) => OrdinaryWords.Contain(word) || EmoteNames.IsWellKnown(word);

    // "Bob's," is Bob.
    private static string Core(string word)
    {
        int start = 0, end = word.Length;
        while (start < end && !IsNameCharacter(word[start]))
            start++;
        while (end > start && !IsNameCharacter(word[end - 1]))
            end--;
        string core = word[start..end].ToLowerInvariant();
        return core.EndsWith("'s", StringComparison.Ordinal) || core.EndsWith("’s", StringComparison.Ordinal) ? core[..^2] : core;
    }

    private static bool IsNameCharacter(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c);

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
