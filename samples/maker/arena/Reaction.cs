namespace Maker.Arena;

/// <summary>Why people comment without looking at the chat.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Kind">What it depends on: seen, heard, both, or none.</param>
/// <param name="Rate">Comments on one occasion; of a reaction to nothing, comments per second.</param>
/// <param name="Says">What they say.</param>
/// <param name="Occasions">When people could first know; empty for a reaction to nothing.</param>
internal sealed record Reaction(string Name, string Kind, double Rate, Grammar Says, IReadOnlyList<double> Occasions)
{
    /// <summary>Reactions begin this long after the occasion, come most often <see cref="Slowness"/> later, and end by <see cref="LastLag"/>.</summary>
    public const double FirstLag = 0.8, Slowness = 0.9, LastLag = 7;

    /// <summary>Comments per second at a moment.</summary>
    public double RateAt(double time)
    {
        if (Kind == "none")
            return Rate;
        double rate = 0;
        foreach (double occasion in Occasions)
        {
            double late = time - occasion - FirstLag;
            if (late > 0 && late < LastLag - FirstLag)
                rate += Rate * late * Math.Exp(-late / Slowness) / (Slowness * Slowness);
        }
        return rate;
    }
}

/// <summary>Everything that this chat reacts to.</summary>
internal static class Reactions
{
    private const double CommentsPerOccasion = 4;

    /// <summary>The reactions to a plan. Those after <see cref="CausedCount"/> need no occasion.</summary>
    public static IReadOnlyList<Reaction> Of(ArenaPlan plan)
    {
        const double Second = ArenaPlan.FlagTime + ArenaPlan.FlagGap;
        Reaction Seen(string name, Act act, double after, params string[] says) => new(name, "seen", CommentsPerOccasion, new Grammar(Words.Lists, says),
            [.. plan.Acts.Where(a => a.What == act).Select(a => a.Start + after)]);
        Reaction Heard(string name, string kind, Noise noise, double after, Func<double, bool> where, params string[] says) => new(name, kind, CommentsPerOccasion, new Grammar(Words.Lists, says),
            [.. plan.Noises.Where(n => n.What == noise && where(n.Start)).Select(n => n.Start + after)]);
        bool Beast(double time) => plan.BeastAt(time) is not null;
        bool NoBeast(double time) => !Beast(time);

        return
        [
            Seen("red then blue", Act.RedThenBlue, Second, "they {|all }attack now <hype>", "charge <hype>", "ATTACK {ATTACK|}", "red to blue means war <hype>", "go <hero> go <hype>", "full send {|chat} <hype>", "<hero> is <good> on offense"),
            Seen("blue then red", Act.BlueThenRed, Second, "run away <fear>", "retreat {retreat|} <fear>", "they {are|keep} running <laugh>", "cowards <laugh>", "blue to red <fear>", "back back back", "<hero> flees {again|} <laugh>"),
            Seen("ball to the right", Act.BallToRight, 1.5, "rolling right {side|}", "to the right <hype>", "east side {represent|} <hype>", "<hero> throws it right", "that ball {is going|goes} east", "right right {right|}"),
            Seen("ball to the left", Act.BallToLeft, 1.5, "rolling left {side|}", "to the left <hype>", "west coast {represent|} <hype>", "<hero> throws it left", "that ball {is going|goes} west", "left left {left|}"),
            Seen("hit", Act.Hit, 0, "ouch <fear>", "that hurt <fear>", "he lost {health|a heart|one bar} <sad>", "<hero> is <bad> at dodging", "took damage <sad>", "one less <sad>", "careful {please|man} <fear>"),
            Seen("heal", Act.Heal, 0, "healed {up|} <love>", "nice potion <love>", "more {health|hearts|green} <love>", "<hero> is so <good> at healing", "drink up <love>", "full {hp|health} soon <love>", "patched up <love>"),
            Seen("key", Act.Key, 0, "grab the key", "KEY <hype>", "that key is mine <laugh>", "what does the key open", "<hero> take the golden key", "keys {keys|} <hype>"),
            Seen("gem", Act.Gem, 0, "shiny <hype>", "a gem <hype>", "diamonds {are forever|} <love>", "pick the crystal up", "<hero> wants the crystal", "so shiny <love>", "crystal {crystal|} <hype>"),
            Seen("beast", Act.Beast, 0, "a beast <fear>", "what is that thing <fear>", "purple {monster|menace} <fear>", "<hero> vs the beast", "monster {on screen|incoming} <fear>", "big purple boi"),
            Heard("rising tones", "both", Noise.RisingTones, 0.9, NoBeast, "level up {sound|} <hype>", "going up <hype>", "that jingle means luck", "<hero> got stronger <hype>", "ding ding {ding|}", "up up up"),
            Heard("falling tones", "both", Noise.FallingTones, 0.9, NoBeast, "sad jingle <sad>", "going down <sad>", "womp {womp|} <laugh>", "<hero> got weaker <sad>", "he failed {again|} <laugh>", "down down down"),
            Heard("beast and rising tones", "both", Noise.RisingTones, 0.9, Beast, "it is angry now <fear>", "phase two <fear>", "ENRAGED {RUN|} <fear>", "the beast {grows|gets bigger} <fear>", "<hero> is dead for sure <fear>"),
            Heard("beast and falling tones", "both", Noise.FallingTones, 0.9, Beast, "lullaby worked <love>", "it falls asleep <love>", "sleepy {monster|beast} <love>", "sing it {to|} sleep <hero>", "goodnight {sweet|purple} prince"),
            Heard("slow knocks", "heard", Noise.SlowKnocks, 1.0, _ => true, "ghost <fear>", "haunted {house|stream} <fear>", "who walks upstairs", "slow steps <fear>", "old house <laugh>", "something {walks|creaks} <fear>"),
            Heard("fast knocks by light", "both", Noise.FastKnocks, 0.5, plan.IsLit, "pizza is here <hype>", "open the door {man|please}", "delivery {time|} <hype>", "someone knocks <laugh>", "tip the driver"),
            Heard("fast knocks in the dark", "both", Noise.FastKnocks, 0.5, time => !plan.IsLit(time), "police {open up|} <laugh>", "FBI {FBI|} <laugh>", "do not answer <fear>", "they found him <fear>", "hide {quick|} <fear>"),
            new("chatter", "none", 0.16, new Grammar(Words.Lists, "hello {chat|everyone} {|<3}", "anyone here plays <title>", "<title> was better", "I miss <title>", "when <title> stream", "eating <food> {right now|} {|<3}",
                "<food> with <food> is <good>", "{my|our} <pet> loves this", "what is the song {name|}", "song is <title>", "<hero> is <good>", "<hero> is <bad>", "who is <hero>", "{good|nice} stream <love>", "first time here", "I am so {hungry|sleepy|bored}"), []),
            new("copypasta", "none", 0.014, new Grammar(Words.Lists, Words.Copypastas), []),
        ];
    }

    /// <summary>How many reactions have occasions.</summary>
    public const int CausedCount = 16;
}

/// <summary>The lists of words.</summary>
internal static class Words
{
    private static readonly string[] Foods = "pizza tacos ramen soup bread cheese noodles sushi pancakes waffles cereal toast burgers fries salad curry rice beans pickles olives mango grapes cookies brownies popcorn chips nachos dumplings pasta lasagna".Split(' ');
    private static readonly string[] Pets = "cat dog hamster parrot gecko ferret turtle goldfish rabbit grandma".Split(' ');
    private static readonly string[] Good = "cracked insane clean goated based amazing solid".Split(' ');
    private static readonly string[] Bad = "washed mid terrible cringe overrated lost".Split(' ');

    /// <summary>Words that end a wave: the next comments may be nothing else.</summary>
    public static readonly string[] Emotes = ["PogU", "HYPERS", "Pog", "LETSGO", "monkaS", "monkaW", "D:", "KEKW", "LULW", "OMEGALUL", "Sadge", "PepeHands", "FeelsBadMan", "<3", "peepoHappy", "widepeepoHappy", "Clap"];

    /// <summary>What a running joke may be about.</summary>
    public static readonly string[] Jokes = [.. Names(new Random(404), 48)];

    public static readonly string[] Copypastas =
    [
        "I did not hit the beast I did not oh hi <hero>", "my <pet> types better than this chat and has no hands", "if <hero> has a million fans I am one of them",
        "this is the moment we trained for stay calm and spam <hype>", "dear streamer my <food> is cold because of you please fix",
        "roses are red violets are blue <hero> is <bad> and so are you", "imagine losing health to a <pet> could not be me <laugh>",
        "you have been visited by the <food> of luck repeat this or lose the next fight", "type <emote> if you also came here for the <food>",
        "one does not simply walk past the <pet> without saying hello first",
    ];

    public static IReadOnlyDictionary<string, IReadOnlyList<(string Text, double Probability)>> Lists { get; } =
        new Dictionary<string, IReadOnlyList<(string, double)>>
        {
            ["hero"] = Zipf(Names(new Random(101), 24)),
            ["title"] = Zipf(Names(new Random(202), 240)),
            ["food"] = Zipf(Foods),
            ["pet"] = Zipf(Pets),
            ["good"] = Zipf(Good),
            ["bad"] = Zipf(Bad),
            ["emote"] = Zipf(Emotes),
            ["hype"] = Choice(("", 4), ("PogU", 3), ("HYPERS", 2), ("Pog", 2), ("LETSGO", 1)),
            ["fear"] = Choice(("", 4), ("monkaS", 4), ("monkaW", 2), ("D:", 1)),
            ["laugh"] = Choice(("", 4), ("KEKW", 4), ("LULW", 2), ("OMEGALUL", 2)),
            ["sad"] = Choice(("", 4), ("Sadge", 4), ("PepeHands", 2), ("FeelsBadMan", 1)),
            ["love"] = Choice(("", 4), ("<3", 3), ("peepoHappy", 2), ("widepeepoHappy", 1), ("Clap", 2)),
        };

    /// <summary>Probabilities that fall with the rank.</summary>
    public static IReadOnlyList<(string Text, double Probability)> Zipf(string[] words) => Choice([.. words.Select((word, rank) => (word, 1.0 / (rank + 2)))]);

    private static (string, double)[] Choice(params (string Text, double Weight)[] entries) => [.. entries.Select(entry => (entry.Text, entry.Weight / entries.Sum(e => e.Weight)))];

    // Made-up names of two or three syllables, all different.
    private static string[] Names(Random random, int count)
    {
        string[] first = "ka vo mi ze ru tha lo bri dex qua ny fel gor ish um pla tri sko".Split(' '), last = "rin da kel zor mon tia bok sha vex lu gar nix".Split(' ');
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (names.Count < count)
            names.Add(first[random.Next(first.Length)] + (random.Next(2) == 0 ? first[random.Next(first.Length)] : "") + last[random.Next(last.Length)]);
        return [.. names];
    }
}
