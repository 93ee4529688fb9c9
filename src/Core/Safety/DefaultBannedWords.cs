namespace Twitch;

/// <summary>What no comment says even if nobody gives a list: slurs against groups of people, and calls to hurt oneself. No swearing.</summary>
internal static class DefaultBannedWords
{
    // In rot13, so that nobody has to read them here.
    private const string Words =
        "avttre* avttref avttn avttnf avttnm avttyrg* fnaqavttre* *snttbg* snt sntf snttl ergneq ergneqf ergneqrq genaal genaavrf " +
        "furznyr* xvxr xvxrf fcvp fcvpf puvax puvaxf tbbx tbbxf jrgonpx* enturnq* gbjryurnq* ornare* cnxv cnxvf wvtnobb* pbbanff " +
        "tbyyvjbt* zbatbybvq* xlf";

    private static readonly string[] _phrases =
    [
        "xvyy lbhefrys", "xvyy hefrys", "unat lbhefrys", "arpx lbhefrys", "urvy uvgyre", "fvrt urvy", "juvgr cbjre", "cbepu zbaxrl*",
        "tnf gur wrjf",
    ];

    /// <summary>The entries, as a list file would hold them.</summary>
    public static IEnumerable<string> Entries => Words.Split(' ').Concat(_phrases).Select(Rotate);

    private static string Rotate(string word) => string.Concat(word.Select(c => c is >= 'a' and <= 'z' ? (char)('a' + (c - 'a' + 13) % 26) : c));
}
