namespace Maker;

/// <summary>A colour, 0–255 each.</summary>
internal readonly record struct Colour(int Red, int Green, int Blue)
{
    public Colour Shifted(int red, int green, int blue) => new(Red + red, Green + green, Blue + blue);
}

/// <summary>An RGB picture that flat shapes are painted on; everything outside it is cut off.</summary>
internal sealed class Canvas(int width, int height)
{
    // Three by five points; a digit is a row, its bits the points from the left.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['A'] = "25755", ['B'] = "65656", ['C'] = "34443", ['D'] = "65556", ['E'] = "74647", ['F'] = "74644", ['G'] = "34553",
        ['I'] = "72227", ['L'] = "44447", ['M'] = "57755", ['N'] = "65555", ['O'] = "25552", ['P'] = "65644", ['R'] = "65655", ['S'] = "34216",
        ['T'] = "72222", ['U'] = "55557", ['V'] = "55552", ['W'] = "55775", ['Y'] = "55222", [' '] = "00000", ['!'] = "22202",
        ['0'] = "75557", ['1'] = "26227", ['2'] = "61247", ['3'] = "61216", ['4'] = "55711", ['5'] = "74616", ['6'] = "34757",
        ['7'] = "71222", ['8'] = "75757", ['9'] = "75716",
    };

    public int Width => width;

    public int Height => height;

    /// <summary>[height, width, 3].</summary>
    public byte[] Pixels { get; } = new byte[width * height * 3];

    public void Point(int x, int y, Colour colour)
    {
        if (x < 0 || y < 0 || x >= width || y >= height)
            return;
        int at = (y * width + x) * 3;
        Pixels[at] = (byte)Math.Clamp(colour.Red, 0, 255);
        Pixels[at + 1] = (byte)Math.Clamp(colour.Green, 0, 255);
        Pixels[at + 2] = (byte)Math.Clamp(colour.Blue, 0, 255);
    }

    public void Box(double left, double top, double boxWidth, double boxHeight, Colour colour)
    {
        for (int y = Math.Max(0, (int)top); y < Math.Min(height, (int)(top + boxHeight)); y++)
        {
            for (int x = Math.Max(0, (int)left); x < Math.Min(width, (int)(left + boxWidth)); x++)
                Point(x, y, colour);
        }
    }

    public void Disc(double centreX, double centreY, double radius, Colour colour) => Oval(centreX, centreY, radius, radius, colour);

    public void Oval(double centreX, double centreY, double radiusX, double radiusY, Colour colour)
    {
        for (int y = (int)(centreY - radiusY); y <= centreY + radiusY; y++)
        {
            double share = 1 - (y - centreY) * (y - centreY) / (radiusY * radiusY);
            if (share >= 0)
                Box(centreX - radiusX * Math.Sqrt(share), y, 2 * radiusX * Math.Sqrt(share), 1, colour);
        }
    }

    /// <summary>A triangle on a level base, its tip above it (or below, with a negative height).</summary>
    public void Spike(double centreX, double baseY, double baseWidth, double spikeHeight, Colour colour)
    {
        for (int i = 0; i <= Math.Abs(spikeHeight); i++)
        {
            double half = baseWidth / 2 * (1 - i / Math.Abs(spikeHeight));
            Box(centreX - half, baseY - Math.Sign(spikeHeight) * i, 2 * half, 1, colour);
        }
    }

    public void Text(string text, double left, double top, int size, Colour colour)
    {
        foreach (char letter in text)
        {
            string rows = Glyphs[letter];
            for (int point = 0; point < 15; point++)
            {
                if (((rows[point / 3] - '0') >> (2 - point % 3) & 1) != 0)
                    Box(left + point % 3 * size, top + point / 3 * size, size, size, colour);
            }
            left += 4 * size;
        }
    }

    /// <summary>Paints a sprite: a letter is a colour of the palette, anything else is clear.</summary>
    public void Sprite(ReadOnlySpan<string> rows, IReadOnlyDictionary<char, Colour> palette, double left, double top, int size)
    {
        for (int y = 0; y < rows.Length; y++)
        {
            for (int x = 0; x < rows[y].Length; x++)
            {
                if (palette.TryGetValue(rows[y][x], out Colour colour))
                    Box((int)left + x * size, (int)top + y * size, size, size, colour);
            }
        }
    }
}
