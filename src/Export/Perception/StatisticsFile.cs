using Twitch.Onnx.Quantization;

namespace Twitch.Export.Perception;

/// <summary>What was seen of a network's values, kept in a safetensors file: for each value smallest, largest and mean of its channels, f32 [3, channels].</summary>
public static class StatisticsFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="TwitchException">It is missing or damaged.</exception>
    public static Dictionary<string, ChannelStatistics> Read(string path)
    {
        using SafeTensors file = SafeTensors.Open(path);
        return file.Tensors.Keys.ToDictionary(value => value, value =>
        {
            ReadOnlySpan<float> numbers = file.Read<float>(value);
            int channels = numbers.Length / 3;
            return new ChannelStatistics(numbers[..channels], numbers[channels..(2 * channels)], numbers[(2 * channels)..]);
        }, StringComparer.Ordinal);
    }

    /// <summary>Writes a file.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, ChannelStatistics> statistics)
    {
        var file = new SafeTensorsWriter();
        foreach ((string value, ChannelStatistics seen) in statistics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            file.Add(value, (float[])[.. seen.Smallest, .. seen.Largest, .. Enumerable.Range(0, seen.ChannelCount).Select(channel => (float)seen.Mean(channel))], 3, seen.ChannelCount);
        file.Save(path);
    }
}
