using System.Runtime.InteropServices;

namespace Twitch.Training.Chat;

/// <summary>Tells wording that several people use from one person's own. Authors are numbers that end with the reading of the log.</summary>
/// <remarks>A comment is shared if every run of <c>length</c> words in it, spelling aside, was said by enough authors, in any of their comments;
/// a shorter comment is one run of its own length.</remarks>
internal sealed class SharedWording
{
    private readonly int _length, _minAuthors;
    private readonly Dictionary<string, ulong> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Speakers> _speakers = [];

    /// <summary>Counts who said what.</summary>
    /// <param name="comments">Everything that was said, and by whom.</param>
    /// <param name="length">Words of a run.</param>
    /// <param name="minAuthors">Fewest authors of a run.</param>
    public SharedWording(IReadOnlyList<(string Text, int Author)> comments, int length, int minAuthors)
    {
        (_length, _minAuthors) = (length, minAuthors);
        ulong[][] all = [.. comments.Select(comment => Words(comment.Text, learn: true))];
        int[] lengths = [.. all.Select(words => Math.Min(words.Length, length)).Distinct().Where(each => each > 0)];
        for (int i = 0; i < all.Length; i++)
        {
            foreach (int each in lengths)
            {
                foreach (ulong run in Runs(all[i], each))
                    CollectionsMarshal.GetValueRefOrAddDefault(_speakers, run, out _).Add(comments[i].Author, minAuthors);
            }
        }
    }

    /// <summary>Whether enough people said all of a comment's runs.</summary>
    public bool Holds(string text)
    {
        ulong[] words = Words(text, learn: false);
        return Runs(words, Math.Min(words.Length, _length)).All(run => _speakers.TryGetValue(run, out Speakers speakers) && speakers.Count >= _minAuthors);
    }

    private ulong[] Words(string text, bool learn)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = new ulong[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i].ToLowerInvariant();
            if (!_words.TryGetValue(word, out numbers[i]) && learn)
                _words.Add(word, numbers[i] = (ulong)_words.Count + 1);
        }
        return numbers;
    }

    // A number for each run: its words' numbers mixed, 64 bits of which no two runs of a chat will share (splitmix64's finalizer).
    private static IEnumerable<ulong> Runs(ulong[] words, int length)
    {
        for (int at = 0; at + length <= words.Length; at++)
        {
            ulong run = (ulong)length * 0xD1B54A32D192ED03;    // far from the words' numbers, so that no two lengths meet
            for (int i = at; i < at + length; i++)
            {
                ulong z = (run ^ words[i]) * 0x9E3779B97F4A7C15;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                run = z ^ (z >> 31);
            }
            yield return run;
        }
    }
}
