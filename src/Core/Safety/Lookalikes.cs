using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Twitch;

/// <summary>Which small Latin letters a character passes for: accented and stylised forms (what NFKC and the removal of marks would
/// leave, which an application without ICU cannot ask for), letters of other scripts, turned letters, digits and signs.</summary>
internal static class Lookalikes
{
    // A letter, then what passes for it. Capitals of these are found through their small forms.
    private static readonly string[] _rows =
    [
        "aªàáâãäåāăąǎǟǡǻȁȃȧᴬᵃḁạảấầẩẫậắằẳẵặₐɑɐαаᴀ∂ⱥᶏꭺ∀ꓮ",
        "bᴮᵇḃḅḇℬƀɓʙвьβбᏼᖯъꓐꮟ฿ƅ",
        "cçćĉċčᶜḉℂℭⅽꟲƈȼɔсϲᴄⲥꮯꓚ¢ↄ©ͼ",
        "dďᴰᵈḋḍḏḑḓⅅⅆⅾđɖɗᴅԁꭰꓓժð∂",
        "eèéêëēĕėęěȅȇȩᴱᵉḕḗḙḛḝẹẻẽếềểễệₑℯℰⅇɇəɛǝеεєҽᴇꮛꭼꓰ€∃ɘёэѐ",
        "fᶠḟℱꟳƒꜰɟϝꓝꬵſ₣ғ",
        "gĝğġģǧǵᴳᵍḡℊǥɠɡɢԍցꮐꓖƃɣ",
        "hĥȟʰᴴḣḥḧḩḫẖₕℋℌℍℎħɦʜнһհɥꮋꓧηђћ",
        "iìíîïĩīĭįİǐȉȋᴵᵢḭḯỉịⁱℐℑℹⅈⅰıɨɩɪіιᴉꙇꭵꮖꓲ¡ї",
        "jĵǰʲᴶⅉⱼɉʝјᴊꓙꭻʄϳ",
        "kķǩᴷᵏḱḳḵₖƙᴋкκʞⲕꮶꓗқҟ",
        "lĺļľˡᴸḷḹḻḽₗℒℓⅼłƚɫɭʟӏꓡꮮ£ɮ∣\u05C0\u05DFւ",
        "mᴹᵐḿṁṃₘℳⅿɱᴍмɯꓟꮇ₥",
        "nñńņňǹᴺṅṇṉṋⁿₙℕɲŋɴипոռηꓠйᴎ₦ѝ",
        "oºòóôõöōŏőơǒǫǭȍȏȫȭȯȱᴼᵒṍṏṑṓọỏốồổỗộớờởỡợₒℴøɵοоօσᴏⲟꓳ०੦๐໐ဝ〇○◯●¤өθδ",
        "pᴾᵖṕṗₚℙƥρрᴘꓑꮲþ₱ҏ",
        "qℚꟴ𐞥ɋԛգʠϙ",
        "rŕŗřȑȓʳᴿᵣṙṛṝṟℛℜℝɍʀɾɹɽгяꓣꭱꮢʁґ₹",
        "sśŝşšſșˢṡṣṥṧṩẛₛʂѕꜱꓢꮪ§ƨઽ",
        "tţťțᵀᵗṫṭṯṱẗₜŧʈᴛтτʇꓔꭲ†₮",
        "uùúûüũūŭůűųưǔǖǘǚǜȕȗᵁᵘᵤṳṵṷṹṻụủứừửữựʉᴜυцսꓴ∪ʋµμџ",
        "vᵛᵥṽṿⅴⱽѵνᴠʌꓦꮩ∨√ⱴ",
        "wŵʷᵂẁẃẅẇẉẘωшщᴡʍꓪꮃꮤԝա₩ѡ",
        "xˣẋẍₓⅹхχ×ꓫⲭ᙮ӽжҳ✕✖❌",
        "yýÿŷȳʸẏẙỳỵỷỹɏʏуγүꓬʎყ¥ӯў",
        "zźżžᶻẑẓẕℤℨƶȥʐᴢꓜꮓʒзζ",
        "a4@", "b68", "c(<[", "e3", "g69", "i1!|", "l1!|", "o0", "q9", "s5$", "t7+", "z2", "uv",
        "a*", "e*", "i*", "o*", "u*",                                                            // one letter covered up
        "il", "iӏ", "sß", "bß",
    ];

    // Several letters in one sign.
    private static readonly FrozenDictionary<int, string> _ligatures = new (string Sign, string Letters)[]
    {
        ("æ", "ae"), ("ӕ", "ae"), ("œ", "oe"), ("ĳ", "ij"), ("ǆ", "dz"), ("ǳ", "dz"), ("ǉ", "lj"), ("ǌ", "nj"), ("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"),
        ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st"), ("ⅱ", "ii"), ("ⅲ", "iii"), ("ⅳ", "iv"), ("ⅵ", "vi"), ("ⅸ", "ix"), ("🆎", "ab"), ("🆑", "cl"),
        ("🆔", "id"), ("🆖", "ng"), ("🆗", "ok"), ("№", "no"), ("™", "tm"),
    }.ToFrozenDictionary(pair => Rune.GetRuneAt(pair.Sign, 0).Value, pair => pair.Letters);

    private static readonly FrozenDictionary<int, uint> _letters = Read();

    /// <summary>The set that holds one letter.</summary>
    public static uint Of(char letter) => 1u << (letter - 'a');

    /// <summary>The letters that a character passes for, the bit of 'a' lowest; 0 if it passes for none.</summary>
    public static uint Letters(Rune rune)
    {
        int styled = Unstyled(rune.Value);
        if (styled is 'I' or 'İ')
            return Of('i') | Of('l');    // a capital I is a small L
        if (styled is 'L')
            return Of('l');              // a capital L is nothing else
        if (styled is >= 'a' and <= 'z' or >= 'A' and <= 'Z')
            return Of((char)(styled | 0x20)) | _letters.GetValueOrDefault(styled | 0x20);
        if (styled == rune.Value && Digit(rune) is int digit)
            styled = '0' + digit;
        return _letters.TryGetValue(styled, out uint letters) ? letters : _letters.GetValueOrDefault(Rune.ToLowerInvariant(new Rune(styled)).Value);
    }

    /// <summary>The one letter of a set that an entry of a list means: L rather than I, V rather than U, else the first; 1 for 'a'.</summary>
    public static int Main(uint letters) => 1 + System.Numerics.BitOperations.TrailingZeroCount(
        letters == (Of('i') | Of('l')) ? Of('l') : letters == (Of('u') | Of('v')) ? Of('v') : letters);

    /// <summary>The letters of a ligature; null if it is none.</summary>
    public static string? Ligature(Rune rune) => _ligatures.TryGetValue(rune.Value, out string? letters) || _ligatures.TryGetValue(Rune.ToLowerInvariant(rune).Value, out letters) ? letters : null;

    /// <summary>Whether a sign that is no letter to Unicode is a letter in a frame or a style.</summary>
    public static bool IsStyledLetter(Rune rune) => Unstyled(rune.Value) is var plain && plain != rune.Value && plain is >= 'a' and <= 'z' or >= 'A' and <= 'Z';

    /// <summary>The digit's value in any script and style; null for what is none.</summary>
    public static int? Digit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) is >= 0 and int value ? value : null;

    // Blocks that hold the alphabet in order: fullwidth, in parentheses, circled, squared, flags, mathematical (13 alphabets of capitals, then small letters).
    private static int Unstyled(int c) => c switch
    {
        >= 0xFF01 and <= 0xFF5E => c - 0xFF01 + '!',
        >= 0x249C and <= 0x24B5 => c - 0x249C + 'a',
        >= 0x24B6 and <= 0x24CF => c - 0x24B6 + 'a',
        >= 0x24D0 and <= 0x24E9 => c - 0x24D0 + 'a',
        >= 0x1F110 and <= 0x1F129 => c - 0x1F110 + 'a',
        >= 0x1F130 and <= 0x1F149 => c - 0x1F130 + 'a',
        >= 0x1F150 and <= 0x1F169 => c - 0x1F150 + 'a',
        >= 0x1F170 and <= 0x1F189 => c - 0x1F170 + 'a',
        >= 0x1F1E6 and <= 0x1F1FF => c - 0x1F1E6 + 'a',
        >= 0x1D400 and <= 0x1D6A3 => (c - 0x1D400) % 52 is var place && place < 26 ? place + 'A' : place - 26 + 'a',
        0x1D6A4 => 'i',
        0x1D6A5 => 'j',
        >= 0x1D6A8 and <= 0x1D7C9 => Greek((c - 0x1D6A8) % 58),
        _ => c,
    };

    // The mathematical Greek alphabets: 25 capitals with a theta of their own at place 17, nabla, 25 small letters with a final sigma, and seven variants.
    private static int Greek(int place) => place switch
    {
        < 17 => 0x391 + place,
        17 => 0x398,
        < 25 => 0x391 + place,
        25 => 0x2207,
        < 51 => 0x3B1 + place - 26,
        51 => 0x2202,
        52 => 0x3B5,
        53 => 0x3B8,
        54 => 0x3BA,
        55 => 0x3C6,
        56 => 0x3C1,
        _ => 0x3C0,
    };

    private static FrozenDictionary<int, uint> Read()
    {
        var letters = new Dictionary<int, uint>();
        foreach (string row in _rows)
        {
            foreach (Rune rune in row.EnumerateRunes().Skip(1))
                letters[rune.Value] = letters.GetValueOrDefault(rune.Value) | Of(row[0]);
        }
        return letters.ToFrozenDictionary();
    }
}
