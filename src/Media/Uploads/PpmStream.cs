using System.Globalization;

namespace Twitch.Media.Uploads;

/// <summary>Pictures as ffmpeg writes them one after another with <c>-c:v ppm -f image2pipe</c>: <c>P6\nWIDTH HEIGHT\n255\n</c> and RGB.</summary>
internal sealed class PpmStream(Stream stream)
{
    private const int MaxPixels = 8192 * 4320, MaxHeader = 32;

    private readonly byte[] _one = new byte[1];
    private byte[] _pixels = [];

    /// <summary>Size of the last picture.</summary>
    public int Width { get; private set; }

    /// <inheritdoc cref="Width"/>
    public int Height { get; private set; }

    /// <summary>Reads a picture.</summary>
    /// <returns>Its pixels, [height, width, 3], valid until the next call; null at the end of the stream.</returns>
    /// <exception cref="ClipRefusedException">It is larger than any that is meant to be seen.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        if (await HeaderLineAsync(cancellation) != "P6" || (await HeaderLineAsync(cancellation))?.Split(' ') is not [string width, string height] || await HeaderLineAsync(cancellation) != "255")
            return null;
        (Width, Height) = (int.Parse(width, CultureInfo.InvariantCulture), int.Parse(height, CultureInfo.InvariantCulture));
        if ((long)Width * Height > MaxPixels)
            throw new ClipRefusedException($"the clip's pictures have {Width}x{Height} pixels; at most 8192x4320 are read.");
        if (_pixels.Length != Width * Height * 3)
            _pixels = new byte[Width * Height * 3];
        return await stream.ReadAtLeastAsync(_pixels, _pixels.Length, throwOnEndOfStream: false, cancellation) == _pixels.Length ? _pixels : null;
    }

    private async Task<string?> HeaderLineAsync(CancellationToken cancellation)
    {
        var line = new char[MaxHeader];
        for (int i = 0; i < MaxHeader; i++)
        {
            if (await stream.ReadAsync(_one, cancellation) == 0)
                return null;
            if (_one[0] == '\n')
                return new string(line, 0, i);
            line[i] = (char)_one[0];
        }
        return null;
    }
}
