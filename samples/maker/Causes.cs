namespace Maker;

/// <summary>Everything that this chat reacts to. Every comment holds a word that no other cause's comments hold, so that a
/// comment tells its cause; the other words are shared.</summary>
internal static class Causes
{
    private const double LevelRate = 1.0, SoundRate = 1.15, ScreenRate = 1.9, ChatterRate = 0.36;

    public static Cause Chatter { get; } = new("chatter", null, null, ChatterRate,
        "hello {chat|everyone|friends} {|HeyGuys|<3}",
        "what game is this",
        "first time here {|HeyGuys}",
        "Kappa {|Kappa}",
        "LUL",
        "{good|nice} stream {today|tonight} {|<3|PogChamp}",
        "anyone else {hungry|who} else {hungry|sleepy|bored} {|Kappa}",
        "how long have you been live",
        "back from {work|school|dinner} what did I miss",
        "what song was that",
        "chat is {slow|fast|weird} today {|LUL|Kappa}",
        "followed {|PogChamp|<3}");

    public static IReadOnlyList<Cause> All { get; } =
    [
        new("snow", Seen.Snow, null, LevelRate,
            "snow level {Pog|}",
            "so {cold|cozy} {Pog|brr}",
            "I love the snow {map|level}",
            "brr {brr|}",
            "winter is here {Pog|}",
            "careful it's slippery",
            "build a snowman {Pog|}"),
        new("lava", Seen.Lava, null, LevelRate,
            "the floor is lava {NotLikeThis|}",
            "lava level {NotLikeThis|again}",
            "hot {hot|} hot",
            "so hot in here",
            "don't touch the lava",
            "he will burn {NotLikeThis|}",
            "this {level|cave} is on fire"),
        new("ocean", Seen.Ocean, null, LevelRate,
            "water level {ResidentSleeper|again}",
            "I {hate|love} the water {map|level}",
            "blub blub {blub|}",
            "fish {fish|}",
            "swim {faster|} swim",
            "he needs air soon",
            "so many fish {ResidentSleeper|}"),
        new("boss", Seen.Boss, null, LevelRate,
            "that boss is {huge|scary} {monkaS|}",
            "BOSS {monkaS|}",
            "boss fight {monkaS|}",
            "look at that eye {monkaS|}",
            "dodge {dodge|} dodge",
            "hit the eye",
            "he is so huge {monkaS|}"),

        new("airhorn", null, Heard.Airhorn, SoundRate,
            "AIRHORN {LUL|}",
            "that horn {LUL|}",
            "my ears {WutFace|}",
            "too loud {WutFace|}",
            "turn that horn down",
            "RIP headphone users {LUL|}",
            "honk {honk|} honk"),
        new("cat", null, Heard.Cat, SoundRate,
            "CAT {catJAM|}",
            "is that a cat {catJAM|}",
            "meow {meow|}",
            "show us the cat",
            "feed the kitty {<3|}",
            "kitty {catJAM|<3}",
            "catJAM catJAM"),
        new("muted", null, Heard.Muted, SoundRate,
            "we can't hear you",
            "mic muted {Madge|}",
            "you are muted {LUL|}",
            "no sound {chat|}",
            "unmute {please|}",
            "did the sound die {Madge|}",
            "can't hear a thing"),
        new("scream", null, Heard.Scream, SoundRate,
            "who screamed {D:|}",
            "why are you screaming {D:|}",
            "AAAAAA {D:|}",
            "jump scare {D:|}",
            "I jumped out of my chair",
            "that scared me {D:|}",
            "stop screaming please"),

        new("win with fanfare", Seen.Win, Heard.Fanfare, ScreenRate,
            "GG {EZ|} Clap",
            "gg wp {Clap|}",
            "EZ {win|} Clap",
            "well played {Clap|}",
            "EZ {EZ|}",
            "what a champion {Clap|}",
            "Clap {Clap|} Clap"),
        new("win with trombone", Seen.Win, Heard.Trombone, ScreenRate,
            "fake win {Sadge|}",
            "that win doesn't count",
            "saddest win ever {Sadge|}",
            "Sadge {Sadge|}",
            "a scuffed win {Sadge|}",
            "fake {fake|} fake",
            "wrong ending {Sadge|}"),
        new("game over with fanfare", Seen.GameOver, Heard.Fanfare, ScreenRate,
            "celebrating a death {KEKW|}",
            "why the party music {KEKW|}",
            "he is happy to die {KEKW|}",
            "KEKW {KEKW|}",
            "party for a loser {KEKW|}",
            "task failed successfully",
            "who celebrates that {KEKW|}"),
        new("game over with trombone", Seen.GameOver, Heard.Trombone, ScreenRate,
            "F {F|}",
            "F in {the|} chat",
            "RIP PepeHands",
            "he died {PepeHands|F}",
            "game over {PepeHands|F}",
            "so close PepeHands",
            "unlucky {PepeHands|next time}"),

        Chatter,
    ];

    /// <summary>Words of a comment without their case: the unit in which causes are told apart.</summary>
    public static IEnumerable<string> Words(string text) => text.ToLowerInvariant().Split(' ');

    /// <summary>The words that only this cause's comments hold.</summary>
    public static IReadOnlyList<string> OwnWords(Cause cause)
    {
        var others = All.Where(c => c != cause).SelectMany(c => c.Comments.Keys).SelectMany(Words).ToHashSet(StringComparer.Ordinal);
        return [.. cause.Comments.Keys.SelectMany(Words).Distinct(StringComparer.Ordinal).Where(w => !others.Contains(w))];
    }
}
