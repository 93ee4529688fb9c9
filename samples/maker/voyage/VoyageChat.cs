namespace Maker.Voyage;

/// <summary>A comment, and the topic it came from.</summary>
internal sealed record Remark(double Time, string Author, string Text, Topic Topic)
{
    public string[] Words { get; } = Text.Split(' ');
}

/// <summary>Why people comment, and what they then say.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Kind">What it depends on: seen, heard, both, or none.</param>
/// <param name="Rate">Comments on one occasion; of a topic that needs no occasion, comments per second.</param>
/// <param name="Says">What they say.</param>
/// <param name="Occasions">When people could first know.</param>
internal sealed record Topic(string Name, string Kind, double Rate, Grammar Says, IReadOnlyList<double> Occasions)
{
    /// <summary>Comments begin this long after the occasion, come most often <see cref="Slowness"/> later, and end by <see cref="LastLag"/>.</summary>
    public const double FirstLag = 1, Slowness = 1.3, LastLag = 8.5;

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

/// <summary>The chat: each topic calls comments forth at its own rate, and nobody answers anybody.</summary>
internal sealed class VoyageChat
{
    private const double CommentsPerOccasion = 5;

    private static readonly Dictionary<string, IReadOnlyList<(string Text, double Probability)>> Lists = new(StringComparer.Ordinal)
    {
        ["joy"] = Choice(("", 3), ("PogChamp", 3), ("HYPERS", 2), ("<3", 1)),
        ["awe"] = Choice(("", 3), ("peepoWow", 3), ("<3", 2)),
        ["fear"] = Choice(("", 3), ("monkaS", 4), ("NotLikeThis", 2), ("D:", 1)),
        ["laugh"] = Choice(("", 3), ("KEKW", 3), ("LUL", 2), ("OMEGALUL", 1)),
        ["sad"] = Choice(("", 3), ("Sadge", 3), ("BibleThump", 1)),
        ["mate"] = Zipf("captain sailor skipper cook gunner navigator stowaway bosun"),
        ["port"] = Zipf("lisbon havana genoa bergen zanzibar macau callao hobart cadiz muscat apia nassau kingston dakar oslo hilo"),
        ["meal"] = Zipf("biscuits fish stew lemons rum porridge bananas coconut beans cheese soup tea"),
    };

    private readonly VoyagePlan _plan;

    public VoyageChat(VoyagePlan plan)
    {
        _plan = plan;
        Topics =
        [
            Seen(View.Whale, "whale {ahead|spotted} <awe>", "thar she blows <joy>", "so big <awe>", "call me ishmael <laugh>", "what a fluke", "{hello|hi} mister whale <joy>", "moby is here <fear>", "blubber {boy|time} <laugh>"),
            Seen(View.Balloon, "up up and away <joy>", "balloon {ride|people} <awe>", "{wave|shout} at them <joy>", "they are lost <laugh>", "hot air <laugh>", "around the world in <laugh>", "I want to fly <awe>"),
            Seen(View.Iceberg, "ICE {ahead|left|right} <fear>", "titanic {vibes|moment} <laugh>", "so cold <fear>", "turn the wheel {now|quick} <fear>", "penguin {house|hotel} <laugh>", "jack there is room <sad>", "frozen {water|island} <awe>"),
            Seen(View.Dolphins, "dolphins <joy>", "jump {again|higher} <joy>", "flipper and friends <laugh>", "eee eee {eee|} <laugh>", "they follow {us|the boat} <awe>", "so playful <awe>", "best fish <laugh>"),
            Seen(View.Kraken, "release the kraken <laugh>", "tentacles {everywhere|again} <fear>", "it {grabs|wants} the <mate> <fear>", "calamari {tonight|time} <laugh>", "row row ROW <fear>", "we are doomed <fear>", "ink {incoming|attack} <fear>"),
            Seen(View.Rainbow, "gold at the end <joy>", "so {pretty|beautiful} <awe>", "double {rainbow|arch} what does it mean <laugh>", "seven colours <awe>", "screenshot this <awe>", "unicorn {weather|road} <joy>"),
            Heard(Sound.Gulls, "hide the {fries|chips} <fear>", "mine mine {mine|} <laugh>", "land must be near <joy>", "noisy birds <laugh>", "feed them {bread|<meal>} <joy>", "seagull {choir|karaoke} <laugh>"),
            Heard(Sound.Thunder, "storm {soon|is coming} <fear>", "zeus is angry <fear>", "that was loud <fear>", "count the seconds", "my dog {hides|barks} <sad>", "reef the sails <mate>", "boom {boom|} <laugh>"),
            Heard(Sound.Drums, "faster {rowers|you lazy dogs} <laugh>", "drum solo <joy>", "dum dum {dum|} <laugh>", "the beat {drops|goes on} <joy>", "nice rhythm <mate>", "ramming speed <fear>", "dance {break|party} <joy>"),
            Heard(Sound.Bell, "eight bells <awe>", "change of {watch|the guard}", "dinner {time|is ready} <joy>", "ding {dong|ding} <laugh>", "pizza bell <laugh>", "wake up <mate> <laugh>", "school is over <joy>"),
            Both(View.Pirates, Sound.Horn, "they attack <fear>", "load the cannons <mate> <fear>", "prepare to be boarded <fear>", "hide the {gold|rum|treasure} <laugh>", "raise the white flag <sad>", "fight {them|back} <joy>"),
            Both(View.Pirates, Sound.Song, "yo ho {ho|} <joy>", "friendly {pirates|crew} <awe>", "join the crew <joy>", "karaoke pirates <laugh>", "what shall we do with the drunken <mate>", "share the rum <joy>"),
            Both(View.Lighthouse, Sound.Horn, "rocks {ahead|below} <fear>", "foggy {coast|morning} <fear>", "slow down <mate> <fear>", "steer {left|right} <fear>", "that horn saved us <joy>", "mind the reef <sad>"),
            Both(View.Lighthouse, Sound.Song, "mermaids {again|live here} <awe>", "sirens do not listen <fear>", "wax in your ears <mate> <laugh>", "her voice <awe>", "tie me to the mast <laugh>", "odysseus was right <fear>"),
            new("chatter", "none", 0.16, new Grammar(Lists, 0, 0, ["hello {chat|everyone|all}", "how far to <port>", "next stop <port>", "<port> is {nice|rainy|expensive}", "eating <meal> {right now|again}", "<meal> for the crew", "who is the <mate>",
                "first time {here|on board} <awe>", "I am so {seasick|sleepy|hungry} <sad>", "nice boat", "what {knot|speed} is this", "good {stream|voyage} <mate>"]), []),
        ];

        Topic Seen(View view, params string[] says) => new($"{view}", "seen", CommentsPerOccasion, new Grammar(Lists, 0, 0, says), [.. _plan.Views.Where(each => each.What == view).Select(each => each.Start)]);
        Topic Heard(Sound sound, params string[] says) => new($"{sound}", "heard", CommentsPerOccasion, new Grammar(Lists, 0, 0, says), [.. _plan.Sounds.Where(each => each.What == sound).Select(each => each.Start)]);
        Topic Both(View view, Sound sound, params string[] says) => new($"{view} and {sound}", "both", CommentsPerOccasion, new Grammar(Lists, 0, 0, says),
            [.. _plan.Sounds.Where(each => each.What == sound && _plan.Views.Any(other => other.What == view && each.Start >= other.Start && each.Start < other.End)).Select(each => each.Start)]);
    }

    public VoyagePlan Plan => _plan;

    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>Draws the chat, by steps so short that a second comment within one is negligible.</summary>
    public List<Remark> Draw(int seed, string[] viewers)
    {
        const double Step = 0.01;
        var random = new Random(seed);
        var remarks = new List<Remark>();
        for (double time = 0; time < _plan.Length; time += Step)
        {
            double[] rates = [.. Topics.Select(topic => topic.RateAt(time))];
            if (random.NextDouble() >= rates.Sum() * Step)
                continue;
            double left = random.NextDouble() * rates.Sum();
            int topic = 0;
            while (topic < rates.Length - 1 && (left -= rates[topic]) >= 0)
                topic++;
            remarks.Add(new(Math.Round(time, 3), viewers[random.Next(viewers.Length)], Topics[topic].Says.Draw(random), Topics[topic]));
        }
        return remarks;
    }

    private static (string, double)[] Zipf(string words) => Choice([.. words.Split(' ').Select((word, rank) => (word, 1.0 / (rank + 2)))]);

    private static (string, double)[] Choice(params (string Text, double Weight)[] entries) => [.. entries.Select(entry => (entry.Text, entry.Weight / entries.Sum(e => e.Weight)))];
}
