namespace Twitch.Onnx.Quantization;

/// <summary>How far apart the codes of a graph's values are, channel by channel.</summary>
/// <remarks>
/// Eight bits of one scale for a whole value waste most of them on channels that never come near the largest. But a convolution takes any scales of its
/// input's and output's channels into its weights, and a ReLU, a pool and a sum do not mind, as long as all that meet in a sum have the same proportions. So
/// such values form a group with a profile, the scale of a value is its step times the group's profile, and the arithmetic knows the step alone.
/// </remarks>
internal sealed class ChannelScales
{
    // How much a profile follows the largest elements: at 0 all channels have one scale, at 1 each has its own, and the weights have to make up for it. And how
    // small a channel can be, so that one which hardly stirred is not cut off when it does.
    private const float Power = 0.75f, Floor = 0.05f;

    private readonly Dictionary<string, string> _leaders = new(StringComparer.Ordinal);    // towards the one that stands for the group
    private readonly Dictionary<string, float[]> _profiles = new(StringComparer.Ordinal);  // by leader
    private readonly IReadOnlyDictionary<string, ChannelStatistics> _statistics;

    /// <summary>Finds the groups and their profiles.</summary>
    /// <param name="graph">The graph in float32.</param>
    /// <param name="statistics">Of the values that will be quantized.</param>
    /// <param name="others">Of the same values in graphs that are to have the same profiles, and so the same weights.</param>
    public ChannelScales(GraphProto graph, IReadOnlyDictionary<string, ChannelStatistics> statistics, IReadOnlyList<IReadOnlyDictionary<string, ChannelStatistics>> others)
    {
        _statistics = statistics;
        foreach (NodeProto node in graph.Node.Where(node => node.OpType is "Add" or "Relu" or "MaxPool"))
        {
            foreach (string input in node.Input)
                _leaders[Leader(input)] = Leader(node.Output[0]);
        }
        foreach (IGrouping<string, string> group in statistics.Keys.GroupBy(Leader))
        {
            ChannelStatistics[] members = [.. group.SelectMany(value => others.Prepend(statistics).Select(seen => seen.GetValueOrDefault(value)).OfType<ChannelStatistics>())];
            _profiles[group.Key] = Profile([.. Enumerable.Range(0, members[0].ChannelCount).Select(channel => members.Max(member => Math.Max(-member.Smallest[channel], member.Largest[channel])))]);
        }
    }

    /// <summary>What was seen of a value.</summary>
    public ChannelStatistics StatisticsOf(string value) => _statistics[value];

    /// <summary>The proportions of a value's channels; their mean is 1.</summary>
    public float[] ProfileOf(string value) => _profiles[Leader(value)];

    /// <summary>The step of a value's codes, and the code of 0.</summary>
    /// <param name="value">The value.</param>
    /// <param name="positive">Whether only what a ReLU lets through counts.</param>
    public (float Step, byte Zero) CodesOf(string value, bool positive)
    {
        const float Codes = 255, Least = 1e-8f;    // a value that is always 0 has a step too
        (ChannelStatistics seen, float[] profile) = (_statistics[value], ProfileOf(value));
        float smallest = 0, largest = 0;
        for (int channel = 0; channel < profile.Length; channel++)
        {
            smallest = positive ? 0 : Math.Min(smallest, seen.Smallest[channel] / profile[channel]);
            largest = Math.Max(largest, seen.Largest[channel] / profile[channel]);
        }
        float step = Math.Max((largest - smallest) / Codes, Least);
        return (step, (byte)Math.Clamp(MathF.Round(-smallest / step), 0, Codes));
    }

    private static float[] Profile(float[] largest)
    {
        float most = Math.Max(largest.Max(), float.Epsilon);
        float[] profile = [.. largest.Select(value => MathF.Pow(Math.Max(value / most, Floor), Power))];
        float mean = profile.Average();
        return [.. profile.Select(value => value / mean)];
    }

    private string Leader(string value)
    {
        while (_leaders.TryGetValue(value, out string? next) && next != value)
            value = next;
        return value;
    }
}
