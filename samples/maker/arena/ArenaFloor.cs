namespace Maker.Arena;

/// <summary>What no network can beat: the perplexity per token, and the log-likelihood of the times, for one who knows the true process. A token is
/// a word, or the end of a comment.</summary>
/// <param name="Nothing">Perplexity of one who knows nothing of the moment, but all that is ever said and how often.</param>
/// <param name="Stream">Of one who has seen and heard all, and not read the chat.</param>
/// <param name="StreamAndChat">Of one who has read it too.</param>
/// <param name="Times">Log-likelihood of the times per comment, in nats: at a constant rate, and for the same three.</param>
internal sealed record ArenaFloor(double Nothing, double Stream, double StreamAndChat, ArenaTimes Times)
{
    /// <summary>The floors of the comments from a moment on.</summary>
    public static ArenaFloor Of(ArenaChat chat, IReadOnlyList<Said> lines, double from)
    {
        Expected expected = Expected.Of(chat, lines);
        double nothing = 0, stream = 0, both = 0;
        int tokens = 0;
        Said[] comments = [.. lines.Where(line => line.Time >= from)];
        foreach (Said line in comments)
        {
            nothing -= Math.Log(expected.Ever(line.Words));
            stream -= Math.Log(expected.At(line.Words, line.Time));
            both -= Math.Log(chat.Of(line.Words, lines, line.Time));
            tokens += line.Words.Length + 1;
        }
        return new(Perplexity(nothing), Perplexity(stream), Perplexity(both), ArenaTimes.Of(chat, lines, expected, from));

        double Perplexity(double loss) => Math.Round(Math.Exp(loss / tokens), 3);
    }
}

/// <summary>Log-likelihood of the comments' times per comment, in nats: Σ ln rate − ∫ rate.</summary>
internal sealed record ArenaTimes(double Constant, double LastMinute, double Stream, double StreamAndChat)
{
    private const double Step = 0.05;

    public static ArenaTimes Of(ArenaChat chat, IReadOnlyList<Said> lines, Expected expected, double from)
    {
        Said[] comments = [.. lines.Where(line => line.Time >= from)];
        double constant = lines.Count(line => line.Time < from) / from;
        return new(
            Score(_ => constant),
            Score(time => Math.Max(1, lines.Count(line => line.Time >= time - 60 && line.Time < time)) / 60.0),
            Score(expected.RateAt),
            Score(time => chat.RateAt(lines, time)));

        double Score(Func<double, double> rate)
        {
            double sum = comments.Sum(line => Math.Log(rate(line.Time)));
            for (double time = from + Step / 2; time < chat.Plan.Length; time += Step)
                sum -= Step * rate(time);
            return Math.Round(sum / comments.Length, 3);
        }
    }
}

/// <summary>The chat's expectation for one who has not read it: how often each source, the copies of what it said, the waves of its emotes, and
/// replies come at each moment. The process is linear, so expectations answer expectations.</summary>
internal sealed class Expected
{
    private const double Step = 0.05;
    private const int Draws = 4000;

    private readonly IReadOnlyList<Func<string[], double>> _says;
    private readonly double[][] _rates;    // [time][source]
    private readonly double[] _mean;       // [source]

    private Expected(IReadOnlyList<Func<string[], double>> says, double[][] rates)
    {
        (_says, _rates) = (says, rates);
        _mean = [.. Enumerable.Range(0, says.Count).Select(source => rates.Average(row => row[source]))];
    }

    public static Expected Of(ArenaChat chat, IReadOnlyList<Said> lines)
    {
        int count = chat.Reactions.Count, joke = count, wave = count + 1, reply = wave + Words.Emotes.Length;
        var random = new Random(1);
        Func<string[], double>[] says =
        [
            .. chat.Reactions.Select(reaction => (Func<string[], double>)reaction.Says.Of),
            words => ArenaChat.JokeOf(words, ArenaChat.JokeShare),
            .. Words.Emotes.Select(emote => (Func<string[], double>)(words => ArenaChat.WaveOf(words, emote))),
            chat.Replies.Of,
        ];

        // What a comment of each source calls forth: its kind again, a wave of each emote, replies.
        var calls = new double[says.Length][];
        for (int source = 0; source < says.Length; source++)
        {
            calls[source] = new double[says.Length];
            for (int draw = 0; draw < Draws; draw++)
            {
                string[] words = (source < count ? chat.Reactions[source].Says.Draw(random)
                    : source == joke ? lines.Where(line => line.Source == "joke").ElementAt(draw % lines.Count(line => line.Source == "joke")).Text
                    : source < reply ? Words.Emotes[source - wave]
                    : chat.Replies.Draw(random)).Split(' ');
                double mass = ArenaChat.Mass(words) / Draws;
                bool waves = ArenaChat.EndsInEmote(words);
                calls[source][source] += mass * (waves ? ArenaChat.Copying : ArenaChat.Copying + ArenaChat.Waving);
                calls[source][reply] += mass * ArenaChat.Replying;
                if (waves)
                    calls[source][wave + Array.IndexOf(Words.Emotes, words[^1])] += mass * ArenaChat.Waving;
            }
        }

        var rates = new double[(int)(chat.Plan.Length / Step) + 1][];
        var called = new double[says.Length];    // answers per second that were called forth and have not faded
        for (int i = 0; i < rates.Length; i++)
        {
            rates[i] = [.. called];
            for (int source = 0; source < count; source++)
                rates[i][source] += chat.Reactions[source].RateAt(i * Step);
            rates[i][joke] += ArenaChat.JokeRate;
            for (int source = 0; source < says.Length; source++)
                called[source] *= Math.Exp(-Step / ArenaChat.Fading);
            for (int source = 0; source < says.Length; source++)
            {
                for (int next = 0; next < says.Length; next++)
                    called[next] += rates[i][source] * Step * calls[source][next] / ArenaChat.Fading;
            }
        }
        return new(says, rates);
    }

    /// <summary>Comments per second at a moment.</summary>
    public double RateAt(double time) => _rates[(int)(time / Step)].Sum();

    /// <summary>Probability of a text at a moment.</summary>
    public double At(string[] words, double time) => Of(words, _rates[(int)(time / Step)]);

    /// <summary>Probability of a text at any moment.</summary>
    public double Ever(string[] words) => Of(words, _mean);

    private double Of(string[] words, double[] rates) => _says.Select((says, source) => rates[source] > 0 ? rates[source] * says(words) : 0).Sum() / rates.Sum();
}
