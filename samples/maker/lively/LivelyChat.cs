namespace Maker.Lively;

/// <summary>How a comment came about.</summary>
internal enum Manner { Sentence, Repeat, Emotes, Wave, Copypasta }

/// <summary>A comment.</summary>
internal sealed record Line(double Time, string Author, string Text, Manner Manner);

/// <summary>A chat that looks like a real one, about nothing: a third of its words are new, a third of its comments word for word what was said before, in several
/// scripts, with waves of emotes, shouts and copypasta. What is shown and heard has nothing to do with it.</summary>
internal sealed class LivelyChat
{
    private static readonly string[] Emotes = "KEKW LULW Kappa PogChamp monkaS Sadge peepoHappy OMEGALUL 😂 catJAM EZ Clap <3 widepeepoHappy WutFace PepeLaugh FeelsBadMan HYPERS 🔥 ResidentSleeper BibleThump".Split(' ');
    private static readonly string[] Shouts = "gg wp lets go no way lmao F rip nice one ez clap what W L ???".Split(' ');

    private readonly Random _random;
    private readonly (Lexicon Lexicon, double Share)[] _languages = Lexicons.All();
    private readonly (string Name, int Language, double Weight)[] _people;
    private readonly List<Line> _lines = [];

    public LivelyChat(int seed, int people)
    {
        _random = new Random(seed);
        _people = [.. Enumerable.Range(0, people).Select(i => ($"{TwitchLog.Viewers(_random)[_random.Next(56)]}{i}", Language(), 1.0 / (i + 5)))];
    }

    /// <summary>Draws the chat.</summary>
    /// <param name="length">Seconds.</param>
    /// <param name="rate">Comments per second in a calm.</param>
    public IReadOnlyList<Line> Draw(double length, double rate)
    {
        const double Step = 0.05;
        double waveEnd = 0, pastaEnd = 0, excitement = 0;
        string wave = "", pasta = "";
        for (double time = 0; time < length; time += Step)
        {
            excitement *= Math.Exp(-Step / 12);
            if (_random.NextDouble() < Step / 45)
                (waveEnd, wave, excitement) = (time + 4 + 8 * _random.NextDouble(), _random.Next(3) == 0 ? Shouts[_random.Next(Shouts.Length)] : Emote(), excitement + 2.5);
            if (_random.NextDouble() < Step / 240)
                (pastaEnd, pasta) = (time + 15 + 25 * _random.NextDouble(), string.Join(' ', Enumerable.Range(0, 3).Select(_ => Sentence(0))));
            if (_random.NextDouble() >= Step * rate * (1 + excitement))
                continue;
            (string Name, int Language, double Weight) person = Person();
            double left = _random.NextDouble();
            (string text, Manner manner) = time < waveEnd && left < 0.55 ? (Wave(wave), Manner.Wave)
                : time < pastaEnd && left < 0.5 ? (Changed(pasta), Manner.Copypasta)
                : left < 0.26 && _lines.Count > 20 ? (Again(), Manner.Repeat)
                : left < 0.36 ? (string.Join(' ', Enumerable.Repeat(Emote(), 1 + _random.Next(3))), Manner.Emotes)
                : (Sentence(person.Language), Manner.Sentence);
            _lines.Add(new(Math.Round(time, 3), person.Name, text, manner));
        }
        return _lines;
    }

    private int Language()
    {
        double left = _random.NextDouble();
        int language = 0;
        while (language < _languages.Length - 1 && (left -= _languages[language].Share) >= 0)
            language++;
        return language;
    }

    private (string Name, int Language, double Weight) Person()
    {
        double left = _random.NextDouble() * _people.Sum(person => person.Weight);
        return _people.FirstOrDefault(person => (left -= person.Weight) < 0, _people[^1]);
    }

    private string Emote() => Emotes[(int)(Emotes.Length * Math.Pow(_random.NextDouble(), 2))];

    // What was said lately, or what is said often.
    private string Again() => _random.Next(3) == 0 ? _lines[Math.Max(0, _lines.Count - 1 - _random.Next(8))].Text : _lines[_random.Next(_lines.Count)].Text;

    private string Wave(string wave) => _random.Next(5) switch
    {
        0 => string.Join(' ', Enumerable.Repeat(wave, 2 + _random.Next(4))),
        1 when wave.All(char.IsAsciiLetterLower) => wave.ToUpperInvariant(),
        2 when wave.All(char.IsAsciiLetterLower) => wave + new string(wave[^1], 1 + _random.Next(5)),
        _ => wave,
    };

    private string Changed(string pasta) => _random.Next(4) == 0 ? $"{pasta} {Emote()}" : pasta;

    private string Sentence(int language)
    {
        Lexicon lexicon = _languages[language].Lexicon;
        var words = new List<string>();
        for (int left = 1 + (int)(-3.2 * Math.Log(1 - _random.NextDouble())); left > 0 && words.Count < 16; left--)
            words.Add(Dressed(lexicon.Draw(_random)));
        string text = string.Join(lexicon.Spaced ? " " : "", words);
        return _random.Next(7) == 0 ? $"{text} {Emote()}" : text;
    }

    // Shouted, drawn out, mistyped, or with a sign behind.
    private string Dressed(string word) => _random.Next(40) switch
    {
        0 => word.ToUpperInvariant(),
        1 => word + new string(word[^1], 1 + _random.Next(4)),
        2 when word.Length > 3 && char.IsAscii(word[0]) => word.Remove(word.Length / 2, 1),
        3 => word + "?",
        4 => word + "!",
        5 => $"{_random.Next(2000)}",
        _ => word,
    };
}
