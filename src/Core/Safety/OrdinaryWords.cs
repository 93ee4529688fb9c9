using System.Collections.Frozen;

namespace Twitch;

/// <summary>Short words that people write next to each other without meaning the word they would be together ("the pen is mine").
/// Used only where a banned word would have to be read across a gap, and where a name may be a word.</summary>
public static class OrdinaryWords
{
    private static readonly FrozenSet<string> _words = string.Join(' ',
        "a able about above after again against ago all almost alone along already also always am an and angry another any anyone anything are area arm art as ask at away",
        "baby back bad bag ball bar base be bear beat because bed been before began being best better big bird bit black block blood blue boat body book boss both bot box boy boys break bring bro broke brother brown but buy by",
        "call calls came camp can cap car card care case cat cause chair chance change chat check clap class clean clear click clip clips close clutch coin cold come comes con cook cool cost could count crash crazy cry cup cut",
        "dad damn damage dance dark day days dead deal death deep did die died dies do dodge does dog dogs doing done door down draw dream drink drive drop drops dude dumb",
        "each ear early easy eat eats else emote end ends enemy enough enter epic even ever every everyone eye eyes",
        "face fact fail fall falls family fan fans far fast fat fear feel feels feet fell few fight fill final find fine finish fire first fish five fix flag floor fly follow food foot for four free friend friends from full fun funny",
        "game games gamer gas gave get gets getting ggs gift girl girls give gives giving glad glass go goal goes going gold gone gonna good got grab grass great green guess gun guy guys",
        "had hair half hand hands happy hard has hat hate have having he head heal heart heat heavy hello help her here hero hey hi high him his hit hits hold hole home hope horse hot hour hours house how huge hurt hype",
        "if ill im imagine in inside insane into is issue it item its jump jumps just keep keeps key kid kids kill kills kind king knew know knows",
        "lag laid land last late later laugh lead leave left leg less let lets level lie life light like likes line list little live lives lol long look looks lore lose loss lost lot loud love low luck lucky",
        "mad made make makes man many map mate may maybe me mean means men mic might mind mine minute miss missed mob mod mode mods mom money more most move much music must my",
        "name near need needs never new next nice night no noob nope normal not note nothing now number of off oh ok okay old omg on once one ones only open or other our out over own",
        "pack page pain paint part party pass past path pay pen people perfect phone pick pit place plan play played player plays please pog point poor pop post potion pretty press prime pro pull punch pure push put",
        "queen quick quit quite race raid ran rank rat read real really red rest right rip rise road rock role roll room round rude rule run runs",
        "sad safe said same save saw say says scared score sea see seem seen sell send set seven she shield ship shoes shop short shot should shout show shut sick side sing sister sit six size skill skin sky sleep slow small smart snake so sold some song soon sorry sound space speed stage star start state stay still stop story stream street strong stuff sub such sugar sun super sure swear sword",
        "take takes talk tall team tell ten test than thank thanks that the their them then there these they thing things think this those three through ties tie time times tip tips tired to today together told too took top total touch town toxic trap tree trick true trust try turn tv two",
        "ugly under until up us use used very vibe video view vote wait wake walk wall want war was wash watch water wave way we weak wear week well went were what when where which white who whole why wide wife wild will win wind wins wish with woman women won wood word words work world worst worth would wow wrong",
        "yeah year yes yet you young your zero u r k n y i o").Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> _endings = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "s", "t", "d", "m", "ll", "re", "ve");

    /// <summary>Whether a word, as it is written, is one of them.</summary>
    public static bool Contain(string word) => _words.Contains(word);

    /// <summary>Whether it is what stands behind an apostrophe (<c>he'll</c>).</summary>
    public static bool IsEnding(string word) => _endings.Contains(word);
}
