using System.Buffers.Binary;
using System.Text;

namespace Twitch.Media.Tests;

/// <summary>An MP4 whose tracks say that their media lie elsewhere.</summary>
internal static class ReferenceMovie
{
    /// <summary>Takes a movie with its index in front, drops what comes behind the index, and lets every data reference name a place.</summary>
    public static byte[] WithoutMedia(byte[] movie, string place)
    {
        // dref: version, one entry; the entry is 'url ' with flag 1, "in this file". A longer one, without the flag, takes its place.
        byte[] self = [0, 0, 0, 12, .. "url "u8, 0, 0, 0, 1];
        byte[] text = [.. Encoding.UTF8.GetBytes(place), 0];
        byte[] elsewhere = [.. Length(12 + text.Length), .. "url "u8, 0, 0, 0, 0, .. text];
        List<byte> changed = [];
        int end = IndexOf(movie, "mdat"u8, 0) - 4;
        Rewrite(movie.AsSpan(0, end), changed, self, elsewhere);
        return [.. changed];
    }

    private static readonly string[] Containers = ["moov", "trak", "mdia", "minf", "dinf"];

    private static void Rewrite(ReadOnlySpan<byte> boxes, List<byte> output, byte[] self, byte[] elsewhere)
    {
        while (boxes.Length >= 8)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(boxes);
            string type = Encoding.Latin1.GetString(boxes[4..8]);
            int start = output.Count;
            output.AddRange(boxes[..8]);
            if (Containers.Contains(type))
                Rewrite(boxes[8..size], output, self, elsewhere);
            else if (type == "dref")
                output.AddRange([.. boxes[8..16], .. elsewhere]);
            else
                output.AddRange(boxes[8..size]);
            byte[] length = Length(output.Count - start);
            for (int i = 0; i < 4; i++)
                output[start + i] = length[i];
            boxes = boxes[size..];
        }
    }

    private static int IndexOf(byte[] bytes, ReadOnlySpan<byte> what, int from) => from + bytes.AsSpan(from).IndexOf(what);

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
