namespace Twitch.Training.Evaluating;

/// <summary>What comments are like, whoever says them.</summary>
/// <param name="Comments">How many.</param>
/// <param name="Distinct1">Different words among all words (Li et al., "A diversity-promoting objective function", 2016).</param>
/// <param name="Distinct2">Different pairs of neighbouring words among all such pairs.</param>
/// <param name="Memorized">Share that stands word for word in the training chat; absent if that is not known.</param>
/// <param name="MeanWords">Mean length in words.</param>
/// <param name="EmoteShare">Emotes among all words (<see cref="EmoteNames"/>).</param>
internal sealed record Speech(int Comments, double Distinct1, double Distinct2, double? Memorized, double MeanWords, double EmoteShare)
{
    /// <summary>Measures comments.</summary>
    /// <param name="texts">The comments.</param>
    /// <param name="training">What was learned from.</param>
    public static Speech Of(IReadOnlyList<string> texts, IReadOnlyList<string> training)
    {
        string[][] comments = [.. texts.Select(ChatText.Words)];
        string[] words = [.. comments.SelectMany(comment => comment)];
        (string, string)[] pairs = [.. comments.SelectMany(comment => comment.Zip(comment.Skip(1)))];
        HashSet<string> known = new(training.Select(ChatText.Key), StringComparer.Ordinal);
        return new Speech(
            comments.Length,
            Share(words.Distinct(StringComparer.Ordinal).Count(), words.Length),
            Share(pairs.Distinct().Count(), pairs.Length),
            training.Count == 0 ? null : Share(texts.Count(text => known.Contains(ChatText.Key(text))), comments.Length),
            Share(words.Length, comments.Length),
            Share(words.Count(EmoteNames.Contain), words.Length));
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : Math.Round(part / (double)whole, 4);
}
