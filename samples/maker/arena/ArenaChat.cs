namespace Maker.Arena;

/// <summary>A comment, and the source it came from; a source beyond the reactions is a joke or an answer to the chat.</summary>
internal sealed record Said(double Time, string Author, string Text, string Source)
{
    public string[] Words { get; } = Text.Split(' ');
}

/// <summary>The chat as a process whose every probability is known: reactions to the stream, a running joke whose word is likelier the more it was
/// said of late, and answers, which each comment calls forth in the seconds after it: a copy of it, a wave of its emote, or a reply.</summary>
/// <remarks>Answers make a linear self-exciting process (Hawkes 1971), so bursts follow what happens, and the chat itself.</remarks>
internal sealed class ArenaChat
{
    /// <summary>Answers that a comment calls forth itself on average, and that a copypasta does; how fast they fade, in seconds.</summary>
    public const double Answers = 0.4, PastaAnswers = 0.9, Fading = 2;

    /// <summary>Of the answers, those that copy, that are a wave of the last word if it is an emote (otherwise they copy), and that reply.</summary>
    public const double Copying = 0.6, Waving = 0.2, Replying = 0.2;

    /// <summary>Jokes per second, how long a joke is remembered in seconds, and the share of jokes made anew.</summary>
    public const double JokeRate = 0.08, Memory = 40, NewJoke = 0.2;

    private const int PastaLength = 8;

    private static readonly IReadOnlyList<(string Text, double Probability)> JokeWords = Words.Zipf(Words.Jokes);
    private static readonly string[] JokePatterns = ["{0}", "{0} again KEKW", "classic {0}", "never forget the {0}", "{0} {0} {0}", "that {0} lives in my head"];
    private static readonly HashSet<string> JokeSet = [.. Words.Jokes], EmoteSet = [.. Words.Emotes];

    public ArenaChat(ArenaPlan plan)
    {
        Plan = plan;
        Reactions = Arena.Reactions.Of(plan);
        Replies = new Grammar(Words.Lists, "this", "^", "true", "so true <laugh>", "real", "no way", "same", "what he said", "wait what", "+1");
    }

    public ArenaPlan Plan { get; }

    public IReadOnlyList<Reaction> Reactions { get; }

    public Grammar Replies { get; }

    /// <summary>Draws the chat, by steps so short that a second comment within one is negligible.</summary>
    public List<Said> Draw(int seed, string[] viewers)
    {
        const double Step = 0.01;
        var random = new Random(seed);
        var lines = new List<Said>();
        for (double time = 0; time < Plan.Length; time += Step)
        {
            double[] rates = [.. Reactions.Select(reaction => reaction.RateAt(time)), JokeRate, .. AnswerRates(lines, time).Rates];
            if (random.NextDouble() >= rates.Sum() * Step)
                continue;
            double left = random.NextDouble() * rates.Sum();
            int source = 0;
            while (source < rates.Length - 1 && (left -= rates[source]) >= 0)
                source++;
            int answered = source - Reactions.Count - 1;
            var (text, name) = answered >= 0 ? (Answer(lines[AnswerRates(lines, time).First + answered], random), "answer")
                : source == Reactions.Count ? (Joke(lines, time, random), "joke")
                : (Reactions[source].Says.Draw(random), Reactions[source].Name);
            lines.Add(new(Math.Round(time, 3), viewers[random.Next(viewers.Length)], text, name));
        }
        return lines;
    }

    /// <summary>Comments per second at a moment, given everything before it.</summary>
    public double RateAt(IReadOnlyList<Said> past, double time) => Reactions.Sum(reaction => reaction.RateAt(time)) + JokeRate + AnswerRates(past, time).Rates.Sum();

    /// <summary>Probability of a comment's text, given that one comes now and everything before it.</summary>
    public double Of(string[] words, IReadOnlyList<Said> past, double time)
    {
        (int first, double[] answers) = AnswerRates(past, time);
        double sum = JokeRate * JokeOf(words, word => JokeShare(past, time, word)), replies = Replies.Of(words);
        foreach (Reaction reaction in Reactions)
        {
            double rate = reaction.RateAt(time);
            if (rate > 0)
                sum += rate * reaction.Says.Of(words);
        }
        for (int i = 0; i < answers.Length; i++)
            sum += answers[i] * AnswerOf(words, past[first + i].Words, replies);
        return sum / (Reactions.Sum(reaction => reaction.RateAt(time)) + JokeRate + answers.Sum());
    }

    /// <summary>Probability of a joke, given the probability of its word.</summary>
    public static double JokeOf(string[] words, Func<string, double> share)
    {
        double sum = 0;
        foreach (string word in words.Where(JokeSet.Contains).Distinct())
            sum += JokePatterns.Count(pattern => string.Format(null, pattern, word) == string.Join(' ', words)) * share(word) / JokePatterns.Length;
        return sum;
    }

    /// <summary>Probability of a joke's word when nothing before is known.</summary>
    public static double JokeShare(string word) => JokeWords.First(entry => entry.Text == word).Probability;

    /// <summary>Answers that a comment calls forth.</summary>
    public static double Mass(string[] words) => words.Length >= PastaLength ? PastaAnswers : Answers;

    /// <summary>Whether a wave can follow.</summary>
    public static bool EndsInEmote(string[] words) => EmoteSet.Contains(words[^1]);

    /// <summary>Probability of the waves of an emote.</summary>
    public static double WaveOf(string[] words, string emote) => words.Length <= 3 && words.All(word => word == emote) ? 1 / 3.0 : 0;

    // Answers per second that each of the last comments calls forth now.
    private static (int First, double[] Rates) AnswerRates(IReadOnlyList<Said> past, double time)
    {
        int end = past.Count;
        while (end > 0 && past[end - 1].Time >= time)
            end--;
        int first = end;
        while (first > 0 && time - past[first - 1].Time < 8 * Fading)
            first--;
        var rates = new double[end - first];
        for (int i = 0; i < rates.Length; i++)
            rates[i] = Mass(past[first + i].Words) / Fading * Math.Exp((past[first + i].Time - time) / Fading);
        return (first, rates);
    }

    private static double JokeShare(IReadOnlyList<Said> past, double time, string word)
    {
        double all = 0, own = 0;
        for (int i = past.Count - 1; i >= 0 && time - past[i].Time < 4 * Memory; i--)
        {
            if (past[i].Time >= time || past[i].Words.FirstOrDefault(JokeSet.Contains) is not { } said)
                continue;
            double weight = Math.Exp((past[i].Time - time) / Memory);
            all += weight;
            own += said == word ? weight : 0;
        }
        return all == 0 ? JokeShare(word) : NewJoke * JokeShare(word) + (1 - NewJoke) * own / all;
    }

    private static string Joke(List<Said> past, double time, Random random)
    {
        double left = random.NextDouble();
        string word = Words.Jokes.FirstOrDefault(word => (left -= JokeShare(past, time, word)) < 0) ?? Words.Jokes[^1];
        return string.Format(null, JokePatterns[random.Next(JokePatterns.Length)], word);
    }

    private string Answer(Said said, Random random)
    {
        double kind = random.NextDouble();
        if (kind < Replying)
            return Replies.Draw(random);
        return kind < Replying + Waving && EndsInEmote(said.Words) ? string.Join(' ', Enumerable.Repeat(said.Words[^1], random.Next(1, 4))) : said.Text;
    }

    private static double AnswerOf(string[] words, string[] said, double replies)
    {
        bool waves = EndsInEmote(said);
        return Replying * replies + (waves ? Copying : Copying + Waving) * (words.AsSpan().SequenceEqual(said) ? 1 : 0) + (waves ? Waving * WaveOf(words, said[^1]) : 0);
    }
}
