namespace Maker;

/// <summary>A way to say something: words, equally likely choices <c>{a|b c|}</c>, and words of a list <c>&lt;name&gt;</c>. Whoever types it may shout
/// all of it, or mistype a word; the probability of every text is known.</summary>
internal sealed class Pattern
{
    private readonly double _shouted, _mistyped;

    // Each part is a choice of word sequences with their probabilities.
    private readonly (string[] Words, double Probability)[][] _parts;

    public Pattern(string text, IReadOnlyDictionary<string, IReadOnlyList<(string Text, double Probability)>> lists, double shouted, double mistyped) =>
        (_parts, _shouted, _mistyped) = ([.. Parse(text, lists)], shouted, mistyped);

    public string Draw(Random random)
    {
        var words = new List<string>();
        foreach ((string[] Words, double Probability)[] part in _parts)
        {
            double left = random.NextDouble();
            int chosen = 0;
            while (chosen < part.Length - 1 && (left -= part[chosen].Probability) >= 0)
                chosen++;
            words.AddRange(part[chosen].Words);
        }
        bool shouted = random.NextDouble() < _shouted;
        return string.Join(' ', words.Select(word => shouted ? Shout(word) : random.NextDouble() < _mistyped ? Slips(word)[random.Next(3)] : word));
    }

    /// <summary>Probability that exactly this is said.</summary>
    public double Of(string[] said) =>
        (1 - _shouted) * Match(said, 0, 0, (surface, word) =>
            (surface == word ? 1 - _mistyped : 0) + _mistyped / 3 * Slips(word).Count(slip => slip == surface))
        + _shouted * Match(said, 0, 0, (surface, word) => surface == Shout(word) ? 1 : 0);

    private double Match(string[] said, int at, int part, Func<string, string, double> emits)
    {
        if (part == _parts.Length)
            return at == said.Length ? 1 : 0;
        double sum = 0;
        foreach ((string[] words, double probability) in _parts[part])
        {
            double match = at + words.Length <= said.Length ? probability : 0;
            for (int i = 0; i < words.Length && match > 0; i++)
                match *= emits(said[at + i], words[i]);
            if (match > 0)
                sum += match * Match(said, at + words.Length, part + 1, emits);
        }
        return sum;
    }

    private static string Shout(string word) => word.ToUpperInvariant();

    // Another case, a letter less, a letter twice.
    private static string[] Slips(string word)
    {
        int at = word.Length / 2;
        string cased = word.Any(char.IsUpper) ? word.ToLowerInvariant() : Shout(word);
        return [cased, word.Length > 1 ? word.Remove(at, 1) : word, word.Insert(at, $"{word[at]}")];
    }

    private static IEnumerable<(string[], double)[]> Parse(string text, IReadOnlyDictionary<string, IReadOnlyList<(string Text, double Probability)>> lists)
    {
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '{')
            {
                int close = text.IndexOf('}', at);
                string[] options = text[(at + 1)..close].Split('|');
                yield return [.. options.Select(option => (Split(option), 1.0 / options.Length))];
                at = close + 1;
            }
            else if (text[at] == '<')
            {
                int close = text.IndexOf('>', at);
                yield return [.. lists[text[(at + 1)..close]].Select(entry => (Split(entry.Text), entry.Probability))];
                at = close + 1;
            }
            else
            {
                int next = text.IndexOfAny(['{', '<'], at), end = next < 0 ? text.Length : next;
                if (Split(text[at..end]) is { Length: > 0 } words)
                    yield return [(words, 1.0)];
                at = end;
            }
        }
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Equally likely patterns: everything that one reason lets people say.</summary>
internal sealed class Grammar
{
    private readonly Pattern[] _patterns;

    public Grammar(IReadOnlyDictionary<string, IReadOnlyList<(string Text, double Probability)>> lists, params string[] patterns) : this(lists, 0.05, 0.03, patterns)
    {
    }

    /// <param name="lists">The lists of words.</param>
    /// <param name="shouted">Share of the comments that are shouted.</param>
    /// <param name="mistyped">Share of the other words that are mistyped.</param>
    /// <param name="patterns">What can be said.</param>
    public Grammar(IReadOnlyDictionary<string, IReadOnlyList<(string Text, double Probability)>> lists, double shouted, double mistyped, string[] patterns) =>
        _patterns = [.. patterns.Select(pattern => new Pattern(pattern, lists, shouted, mistyped))];

    public string Draw(Random random) => _patterns[random.Next(_patterns.Length)].Draw(random);

    public double Of(string[] said) => _patterns.Sum(pattern => pattern.Of(said)) / _patterns.Length;
}
