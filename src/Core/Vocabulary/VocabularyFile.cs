namespace Twitch;

/// <summary>The content of <c>vocabulary.json</c>.</summary>
/// <param name="Words">The whole words by id, special ones first.</param>
/// <param name="Version">Version of the file; absent in files of the first, which know words alone.</param>
/// <param name="Kind"><c>words</c>, or <c>subwords</c>: what is no word is spelt.</param>
/// <param name="Merges">Of kind <c>subwords</c>: the pieces that were learnt, each of two that were there before, in order. A piece is text, bytes that are no
/// text are <c>\xE3</c>, and a space stands where a word ends.</param>
public sealed record VocabularyFile(string[] Words, int Version = 1, string Kind = VocabularyFile.WordsKind, IReadOnlyList<IReadOnlyList<string>>? Merges = null)
{
    /// <summary>The version this code writes; it reads this one and those before.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Names of the kinds.</summary>
    public const string WordsKind = "words", SubwordsKind = "subwords";
}
