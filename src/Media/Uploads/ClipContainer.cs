using System.Buffers.Binary;

namespace Twitch.Media.Uploads;

/// <summary>A container that an upload may have. ffmpeg is told which one it is and never guesses, so that a text that names other files or
/// addresses (a playlist, a manifest, a session description) is no clip, whatever it is called.</summary>
/// <param name="Demuxer">ffmpeg's name of its reader.</param>
public sealed record ClipContainer(string Demuxer)
{
    /// <summary>Bytes of the beginning that <see cref="Detect"/> looks at.</summary>
    public const int HeadSize = 2 * TransportPacket + 1;

    /// <summary>What is read, for messages.</summary>
    public const string Known = "MP4, QuickTime, Matroska, WebM, MPEG-TS, MPEG-PS, FLV, AVI, WAV, Ogg, FLAC or MP3";

    private const int TransportPacket = 188;

    /// <summary>Recognises a container by its first bytes; null if it is none of <see cref="Known"/>.</summary>
    /// <param name="head">The first <see cref="HeadSize"/> bytes, or all if there are fewer.</param>
    public static ClipContainer? Detect(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12)
            return null;
        string? demuxer = BinaryPrimitives.ReadUInt32BigEndian(head) switch
        {
            0x1A45DFA3 => "matroska",
            0x4F676753 => "ogg",       // OggS
            0x664C6143 => "flac",      // fLaC
            0x000001BA => "mpeg",
            0x52494646 => head[8..12] switch    // RIFF
            {
                [(byte)'A', (byte)'V', (byte)'I', (byte)' '] => "avi",
                [(byte)'W', (byte)'A', (byte)'V', (byte)'E'] => "wav",
                _ => null,
            },
            _ when head[4..8] is [(byte)'f', (byte)'t', (byte)'y', (byte)'p'] or [(byte)'m', (byte)'o', (byte)'o', (byte)'v'] or [(byte)'m', (byte)'d', (byte)'a', (byte)'t']
                or [(byte)'w', (byte)'i', (byte)'d', (byte)'e'] or [(byte)'f', (byte)'r', (byte)'e', (byte)'e'] => "mov",
            _ when head[..3] is [(byte)'F', (byte)'L', (byte)'V'] => "flv",
            _ when head[..3] is [(byte)'I', (byte)'D', (byte)'3'] || (head[0] == 0xFF && (head[1] & 0xE6) == 0xE2) => "mp3",    // a tag, or a frame of layer III
            _ when head.Length == HeadSize && head[0] == 0x47 && head[TransportPacket] == 0x47 && head[2 * TransportPacket] == 0x47 => "mpegts",
            _ => null,
        };
        return demuxer is null ? null : new ClipContainer(demuxer);
    }
}
