namespace Twitch;

public sealed partial class Vocabulary
{
    /// <summary>Reads <c>vocabulary.json</c>.</summary>
    /// <exception cref="TwitchException">The file is missing, is not such a file, is of a later version, or repeats a word.</exception>
    public static Vocabulary Load(string path)
    {
        VocabularyFile file = JsonFile.Read(path, CoreJson.Default.VocabularyFile);
        if (file.Version is < 1 or > VocabularyFile.CurrentVersion)
            throw new TwitchException($"{path}: version is {file.Version}, this program reads 1 to {VocabularyFile.CurrentVersion}; update the program.");
        bool subwords = file.Kind == VocabularyFile.SubwordsKind;
        if (!subwords && file.Kind != VocabularyFile.WordsKind)
            throw new TwitchException($"{path}: \"kind\" is '{file.Kind}'; it must be {VocabularyFile.WordsKind} or {VocabularyFile.SubwordsKind}.");
        if (subwords != file.Merges is not null)
            throw new TwitchException($"{path}: \"merges\" {(subwords ? "is missing" : "stands there")}, but \"kind\" is '{file.Kind}'; use the file that was saved with the model.");
        if (file.Words.Length <= SpecialCount || !file.Words.AsSpan(0, SpecialCount).SequenceEqual(SpecialWords))
            throw new TwitchException($"{path}: \"words\" begins with {string.Join(' ', file.Words.Take(SpecialCount))}; it must begin with {string.Join(' ', SpecialWords)} and hold a word more; use the file that was saved with the model.");
        return new Vocabulary(file.Words, file.Merges is null ? null : BytePairs.Parse(file.Merges, path), path);
    }

    /// <summary>Writes <c>vocabulary.json</c>.</summary>
    public void Save(string path) => JsonFile.Write(path, new VocabularyFile(
        _words, VocabularyFile.CurrentVersion, HasSubwords ? VocabularyFile.SubwordsKind : VocabularyFile.WordsKind,
        _pieces?.Merges.Select(merge => (IReadOnlyList<string>)[_pieces.Show(merge.Left), _pieces.Show(merge.Right)]).ToArray()), CoreJson.Readable.VocabularyFile);
}
