namespace Twitch.Training.Evaluating;

/// <summary>How well comments are foreseen whose wording is several people's, or one person's alone.</summary>
/// <param name="Name">Which, as the table names it.</param>
/// <param name="Comments">How many.</param>
/// <param name="Share">Of all comments.</param>
/// <param name="NatsPerComment">Of the network.</param>
/// <param name="BitsPerCharacter">Of the network.</param>
/// <param name="UnigramBits">Bits per character of the unigram of comments; absent without a training chat.</param>
/// <param name="NgramBits">Of the Kneser-Ney model of characters.</param>
internal sealed record WordingFigures(string Name, int Comments, double Share, double NatsPerComment, double BitsPerCharacter, double? UnigramBits, double? NgramBits)
{
    /// <summary>The figures of both kinds; null where the chats do not say who wrote what.</summary>
    /// <param name="comments">The held-out comments.</param>
    /// <param name="network">−ln p of each by the network.</param>
    /// <param name="unigram">−ln p by the unigram of comments.</param>
    /// <param name="ngram">−ln p by the n-gram.</param>
    public static IReadOnlyList<WordingFigures>? Of(IReadOnlyList<HeldOutComment> comments, double[] network, double[]? unigram, double[]? ngram)
    {
        if (comments.Any(comment => comment.IsShared is null))
            return null;
        return [.. new (string Name, bool Shared)[] { ("wording of several people", true), ("wording of one person alone", false) }
            .Select(kind => (kind.Name, Indices: Enumerable.Range(0, comments.Count).Where(i => comments[i].IsShared == kind.Shared).ToArray()))
            .Where(kind => kind.Indices.Length > 0)
            .Select(kind => Figures(kind.Name, kind.Indices))];

        WordingFigures Figures(string name, int[] indices)
        {
            double characters = indices.Sum(i => ChatText.CharacterCount(comments[i].Text)) * Math.Log(2);
            return new WordingFigures(name, indices.Length, Math.Round((double)indices.Length / comments.Count, 4), Rounded(Sum(network) / indices.Length)!.Value,
                Rounded(Sum(network) / characters)!.Value, Rounded(Sum(unigram) / characters), Rounded(Sum(ngram) / characters));

            double? Sum(double[]? losses) => losses is null ? null : indices.Sum(i => losses[i]);
        }

        static double? Rounded(double? value) => value is double number ? Math.Round(number, 4) : null;
    }
}
