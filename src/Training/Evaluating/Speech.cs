namespace Twitch.Training.Evaluating;

/// <summary>Measures what comments are like.</summary>
internal static class Speech
{
    /// <summary>Measures comments.</summary>
    /// <param name="texts">The comments.</param>
    /// <param name="training">What was learned from.</param>
    public static SpeechFigures Of(IReadOnlyList<string> texts, IReadOnlyList<string> training)
    {
        string[][] comments = [.. texts.Select(ChatText.Words)];
        string[] words = [.. comments.SelectMany(comment => comment)];
        (string, string)[] pairs = [.. comments.SelectMany(comment => comment.Zip(comment.Skip(1)))];
        HashSet<string> known = new(training.Select(ChatText.Key), StringComparer.Ordinal);
        return new SpeechFigures(
            comments.Length,
            Share(words.Distinct(StringComparer.Ordinal).Count(), words.Length),
            Share(pairs.Distinct().Count(), pairs.Length),
            training.Count == 0 ? null : Share(texts.Count(text => known.Contains(ChatText.Key(text))), comments.Length),
            Share(words.Length, comments.Length),
            Share(words.Count(EmoteNames.Contain), words.Length));
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : Math.Round(part / (double)whole, 4);
}
