namespace Twitch.Onnx.Quantization;

/// <summary>What was seen of each channel of a value while a graph ran over examples.</summary>
/// <param name="channels">How many channels the value has.</param>
public sealed class ChannelStatistics(int channels)
{
    private readonly double[] _sums = new double[channels];
    private readonly float[] _smallest = new float[channels], _largest = new float[channels];
    private long _count;    // elements of a channel

    /// <summary>What was seen before.</summary>
    /// <param name="smallest">Of each channel.</param>
    /// <param name="largest">Of each channel.</param>
    /// <param name="means">Of each channel.</param>
    public ChannelStatistics(ReadOnlySpan<float> smallest, ReadOnlySpan<float> largest, ReadOnlySpan<float> means) : this(smallest.Length)
    {
        smallest.CopyTo(_smallest);
        largest.CopyTo(_largest);
        for (int i = 0; i < means.Length; i++)
            _sums[i] = means[i];
        _count = 1;
    }

    /// <summary>The smallest element of each channel, at most 0.</summary>
    public ReadOnlySpan<float> Smallest => _smallest;

    /// <summary>The largest element of each channel, at least 0.</summary>
    public ReadOnlySpan<float> Largest => _largest;

    /// <summary>Channels of the value.</summary>
    public int ChannelCount => _sums.Length;

    /// <summary>The mean of a channel's elements; 0 if none was seen.</summary>
    /// <param name="channel">Which one.</param>
    public double Mean(int channel) => _count == 0 ? 0 : _sums[channel] / _count;

    /// <summary>Takes in what one run made.</summary>
    /// <param name="values">[batch, channels, …], row-major.</param>
    /// <param name="batch">Its size.</param>
    public void Observe(ReadOnlySpan<float> values, int batch)
    {
        int size = values.Length / batch / ChannelCount;
        for (int row = 0; row < batch * ChannelCount; row++)
        {
            (double sum, float smallest, float largest) = (0, 0, 0);
            foreach (float value in values.Slice(row * size, size))
            {
                sum += value;
                smallest = Math.Min(smallest, value);
                largest = Math.Max(largest, value);
            }
            int channel = row % ChannelCount;
            _sums[channel] += sum;
            _smallest[channel] = Math.Min(_smallest[channel], smallest);
            _largest[channel] = Math.Max(_largest[channel], largest);
        }
        _count += (long)batch * size;
    }
}
