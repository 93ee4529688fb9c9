using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Twitch.Training;

/// <summary>A run's curves for TensorBoard: a record file of Event messages.</summary>
/// <remarks>A record is its length (u64), the masked CRC-32C of the length, the data, and the masked CRC-32C of the data, little-endian
/// (TensorFlow, TFRecord). Event: wall_time = 1, step = 2, file_version = 3, summary = 5; Summary.Value: tag = 1, simple_value = 2.</remarks>
public static class EventFile
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;    // protobuf's wire types

    /// <summary>Writes one event for each epoch; its step is the epoch.</summary>
    public static void Write(string path, IReadOnlyList<EpochMetrics> epochs)
    {
        using FileStream stream = File.Create(path);
        DateTime start = epochs.Count > 0 ? epochs[0].Time : DateTime.UnixEpoch;
        WriteRecord(stream, Event(start, 0, 3, Encoding.ASCII.GetBytes("brain.Event:2")));
        foreach (EpochMetrics epoch in epochs)
        {
            var summary = new MemoryStream();
            AddScalar(summary, "loss/train", epoch.TrainLoss);
            AddScalar(summary, "loss/validation", epoch.ValidationLoss);
            AddScalar(summary, "perplexity/validation", epoch.ValidationPerplexity);
            AddScalar(summary, "learning_rate", epoch.LearningRate);
            AddScalar(summary, "comments_per_second", epoch.CommentsPerSecond);
            WriteRecord(stream, Event(epoch.Time, epoch.Epoch, 5, summary.ToArray()));
        }
    }

    /// <summary>CRC-32C of some bytes, masked as record files store it.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static byte[] Event(DateTime time, int step, int field, byte[] payload)
    {
        var data = new MemoryStream();
        WriteTag(data, 1, Fixed64);
        WriteDouble(data, (time - DateTime.UnixEpoch).TotalSeconds);
        WriteTag(data, 2, Varint);
        WriteVarint(data, (ulong)step);
        WriteField(data, field, payload);
        return data.ToArray();
    }

    private static void AddScalar(MemoryStream summary, string tag, double value)
    {
        var scalar = new MemoryStream();
        WriteField(scalar, 1, Encoding.UTF8.GetBytes(tag));
        WriteTag(scalar, 2, Fixed32);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
        scalar.Write(bytes);
        WriteField(summary, 1, scalar.ToArray());
    }

    private static void WriteRecord(Stream stream, byte[] data)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedCrc(header[..8]));
        stream.Write(header);
        stream.Write(data);
        Span<byte> footer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc(data));
        stream.Write(footer);
    }

    private static void WriteField(MemoryStream stream, int number, byte[] payload)
    {
        WriteTag(stream, number, Bytes);
        WriteVarint(stream, (ulong)payload.Length);
        stream.Write(payload);
    }

    private static void WriteTag(MemoryStream stream, int number, int wireType) => WriteVarint(stream, (ulong)(number << 3 | wireType));

    private static void WriteDouble(MemoryStream stream, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteVarint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
