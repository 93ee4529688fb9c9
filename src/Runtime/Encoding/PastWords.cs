namespace Twitch.Runtime;

/// <summary>The words of the chat before a moment, as the decoder may say them again. Immutable.</summary>
public sealed class PastWords
{
    /// <summary>Keeps what the chat encoder gave for one clip; not copied.</summary>
    /// <param name="after">The word before each place, [places].</param>
    /// <param name="next">The word at each place, [places].</param>
    /// <param name="scores">What each piece of evidence adds to a place's score, [places, evidence].</param>
    internal PastWords(long[] after, long[] next, float[] scores)
    {
        (AfterArray, NextArray, ScoreArray) = (after, next, scores);
        AfterIds = [.. after.Select(id => (int)id)];
        Words = [.. next.Select(id => (int)id).Distinct()];
        WordOf = [.. next.Select(id => Array.IndexOf(Words, (int)id))];
    }

    /// <summary>The word before each place, <c>&lt;SOS&gt;</c> before a comment's first, [places].</summary>
    public ReadOnlySpan<long> After => AfterArray;

    /// <summary>The word at each place, <c>&lt;EOS&gt;</c> behind a comment's last, 0 where there is none, [places].</summary>
    public ReadOnlySpan<long> Next => NextArray;

    /// <summary>What each piece of evidence adds to a place's score, [places, evidence].</summary>
    public ReadOnlySpan<float> Scores => ScoreArray;

    internal long[] AfterArray { get; }

    internal long[] NextArray { get; }

    internal float[] ScoreArray { get; }

    /// <summary><see cref="After"/> as the decoder compares it, [places].</summary>
    internal int[] AfterIds { get; }

    /// <summary>The words of <see cref="Next"/>, each once.</summary>
    internal int[] Words { get; }

    /// <summary>Which of <see cref="Words"/> stands at each place, [places].</summary>
    internal int[] WordOf { get; }

    /// <summary>Past words that were kept in a file.</summary>
    /// <param name="file">Holds <c>past_after</c>, <c>past_next</c> and <c>past_scores</c>.</param>
    /// <param name="rows">How many clips they are of.</param>
    /// <exception cref="TwitchException">A tensor is missing, or cannot be of so many clips.</exception>
    public static PastWords[] Read(SafeTensors file, int rows)
    {
        long[][] after = Rows<long>(GraphContract.PastAfter), next = Rows<long>(GraphContract.PastNext);
        float[][] scores = Rows<float>(GraphContract.PastScores);
        return [.. Enumerable.Range(0, rows).Select(row => new PastWords(after[row], next[row], scores[row]))];

        T[][] Rows<T>(string name) where T : unmanaged
        {
            ReadOnlySpan<T> values = file.Read<T>(name);
            if (values.IsEmpty || values.Length % rows != 0)
                throw new TwitchException($"{file.Path}: tensor '{name}' has {values.Length} numbers, which are not those of {rows} clips; make the file again.");
            return [.. values.ToArray().Chunk(values.Length / rows)];
        }
    }

    /// <summary>Compares what came from a file with a network's sizes: the decoder looks words up by their ids.</summary>
    /// <param name="config">Sizes of the network, which reads past chat.</param>
    /// <param name="source">Where they come from, for the message.</param>
    /// <exception cref="TwitchException">There are more or fewer places, or an id is none.</exception>
    internal PastWords Check(ModelConfig config, string source)
    {
        CheckSizes(AfterArray.Length, NextArray.Length, ScoreArray.Length, config.Chat!, source);
        foreach (long id in (long[])[.. AfterArray, .. NextArray])
        {
            if (id < 0 || id >= config.VocabularySize)
                throw new TwitchException($"{source}: the past chat holds the id {id}; ids are in [0, {config.VocabularySize}); give the bundle that made it.");
        }
        return this;
    }

    /// <summary>Compares the counts of what stands in a file with a network's, before it is read.</summary>
    /// <exception cref="TwitchException">There are more or fewer places.</exception>
    internal static void CheckSizes(long after, long next, long scores, ChatSpec chat, string source)
    {
        int places = chat.PlaceCount;
        if (after != places || next != places || scores != places * ChatSpec.EvidenceCount)
            throw new TwitchException($"{source}: the past chat has {after} and {next} words and {scores} scores, the model needs {places} and {places * ChatSpec.EvidenceCount}; give the bundle that made it.");
    }
}
