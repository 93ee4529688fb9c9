using System.Text;

namespace Maker.Lively;

/// <summary>The words of one language: some that everybody knows, and an endless supply of others, which come again the more often they came before.</summary>
/// <remarks>A Pitman-Yor process (Pitman and Yor, "The two-parameter Poisson-Dirichlet distribution", 1997), whose words thin out as those of real chats do.</remarks>
/// <param name="common">Words that everybody knows, the most frequent first.</param>
/// <param name="syllables">What other words are made of.</param>
/// <param name="spaced">Whether words are separated by spaces.</param>
internal sealed class Lexicon(string common, string syllables, bool spaced = true)
{
    private const double Discount = 0.85, Strength = 60, CommonShare = 0.46;

    private readonly string[] _common = common.Split(' '), _syllables = syllables.Split(' ');
    private readonly List<string> _said = [];      // every time that a word was said, newest last
    private readonly HashSet<string> _known = [];

    /// <summary>Whether words are separated by spaces.</summary>
    public bool Spaced => spaced;

    /// <summary>A word by chance.</summary>
    public string Draw(Random random)
    {
        if (random.NextDouble() < CommonShare)
            return _common[(int)(_common.Length * Math.Pow(random.NextDouble(), 2.2))];
        bool isNew = random.NextDouble() < (Strength + Discount * _known.Count) / (Strength + _said.Count);
        string word = isNew ? Coin(random) : _said[random.Next(_said.Count)];
        _said.Add(word);
        _known.Add(word);
        return word;
    }

    private string Coin(Random random)
    {
        var word = new StringBuilder();
        for (int left = 2 + random.Next(3); left > 0; left--)
            word.Append(_syllables[(int)(_syllables.Length * Math.Pow(random.NextDouble(), 1.5))]);
        return word.ToString();
    }
}

/// <summary>The languages of a chat, with the share of the people who write it.</summary>
internal static class Lexicons
{
    public static (Lexicon Lexicon, double Share)[] All() =>
    [
        (new("the is so this that I you he it what a to of in and just not no why how when can they we my was are do did go get like look at on for with his that's don't it's really never always again now", "re ta ing er con ble sha mo st an pla ti ker ro lo un der fri zo nik per sun wa ter gra med ley ous bo ck ste fin dra gon pix el mar vin ho ney tra sh qui et blo om"), 0.68),
        (new("я ты он это что не да нет ну как так и в на с же все вот там тут был когда почему опять просто", "на ро ка ли ть ся по ст ма ве ни то ре ло ди за шу бра ков ник цы жо хо ра ду мо ща ей"), 0.12),
        (new("w これ それ 何 まじ すごい かわいい やばい 草 ww おつ ない いい", "の は に を が た て し い な ら れ か こ す る 山 川 人 大 中 火 水 時 ゲ ー ム ン ト ラ", spaced: false), 0.08),
        (new("이거 왜 진짜 너무 아 ㅋㅋ ㅋㅋㅋ 뭐 안 또 오늘 여기", "가 나 다 라 마 바 사 아 자 하 기 니 디 리 은 는 을 를 에 고 지 네 요 한 글"), 0.06),
        (new("que no si el la es de y en un por qué muy ya como está eso jaja jajaja bueno nada", "ca mi do ra ción ver llo pe ña ti to ma es tre gue za bri sal ga ndo"), 0.06),
    ];
}
