using System.Globalization;

namespace Twitch.Onnx;

/// <summary>One dimension of a value: a size, or a name that stands for any size (<c>batch</c>, <c>batch*time</c>).</summary>
/// <remarks>Two dimensions are known to agree if they are equal: the same size or the same name.</remarks>
public readonly record struct Dimension
{
    private Dimension(long size, string? name) => (Size, Name) = (size, name);

    /// <summary>The size; 1 if the dimension has a name.</summary>
    public long Size { get; }

    /// <summary>The name, or null if the size is known.</summary>
    public string? Name { get; }

    /// <summary>A dimension of a known size.</summary>
    public static implicit operator Dimension(long size) => FromInt64(size);

    /// <summary>A dimension of any size.</summary>
    public static implicit operator Dimension(string name) => FromString(name);

    /// <summary>A dimension of a known size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public static Dimension FromInt64(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return new Dimension(size, null);
    }

    /// <summary>A dimension of any size.</summary>
    public static Dimension FromString(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new Dimension(1, name);
    }

    /// <inheritdoc/>
    public override string ToString() => Name ?? Size.ToString(CultureInfo.InvariantCulture);

    /// <summary>A shape as messages show it: <c>[batch, 512]</c>.</summary>
    public static string Format(IEnumerable<Dimension> shape) => $"[{string.Join(", ", shape)}]";

    // Whether values of the two shapes have as many elements: equal, or so for some size of the one name that only the second has.
    internal static bool HaveEqualCounts(IReadOnlyList<Dimension> left, IReadOnlyList<Dimension> right)
    {
        List<string> leftNames = Factors(left), rightNames = Factors(right);
        foreach (string name in leftNames.ToArray())
        {
            if (rightNames.Remove(name))
                leftNames.Remove(name);
        }
        return rightNames.Count == 0 && leftNames.Count == 0
            ? Count(left) == Count(right)
            : rightNames.Count == 1 && leftNames.Count > 0;

        static List<string> Factors(IReadOnlyList<Dimension> shape) => [.. shape.Where(dim => dim.Name is not null).SelectMany(dim => dim.Name!.Split('*'))];
        static long Count(IReadOnlyList<Dimension> shape) => shape.Aggregate(1L, (product, dim) => product * dim.Size);
    }
}
