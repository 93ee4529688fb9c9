namespace Twitch.Training.Evaluating;

/// <summary>Comments as text: their words, and when two are the same.</summary>
internal static class ChatText
{
    /// <summary>The words, separated by white space.</summary>
    public static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same for comments that differ in case and white space only.</summary>
    public static string Key(string text) => string.Join(' ', Words(text)).ToLowerInvariant();

    /// <summary>Characters (Unicode scalars) with one space between words, and one for the end.</summary>
    public static int CharacterCount(string text) => string.Join(' ', Words(text)).EnumerateRunes().Count() + 1;

    /// <summary>Different comments with how often each was said; the most frequent first, ties in ordinal order. Each has its
    /// most frequent spelling.</summary>
    public static IReadOnlyList<(string Text, int Count)> Counted(IEnumerable<string> texts) =>
        [.. texts.GroupBy(Key, StringComparer.Ordinal)
            .Select(same => (Text: same.GroupBy(text => text, StringComparer.Ordinal)
                .OrderByDescending(spelling => spelling.Count()).ThenBy(spelling => spelling.Key, StringComparer.Ordinal).First().Key, Count: same.Count()))
            .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Text, StringComparer.Ordinal)];
}
