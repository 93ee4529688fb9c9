namespace Twitch.Runtime;

/// <summary>What the processor can do that decides between two graphs.</summary>
internal static class Processor
{
    private const string Description = "/proc/cpuinfo";

    /// <summary>Whether it multiplies bytes and adds four products at once without saturating (AVX-512 VNNI or AVX-VNNI): where it does
    /// not, ONNX Runtime's product of unsigned and signed bytes saturates sums of two at 16 bits, and is not exact.</summary>
    /// <remarks>.NET's own answer is about the code that it makes: a program that was compiled ahead for processors of every kind
    /// hears of no instruction that they do not all have.</remarks>
    public static bool AddsFourProducts { get; } = File.Exists(Description) && HaveFourProducts(File.ReadLines(Description));

    /// <summary>The same of a processor that is described as Linux does.</summary>
    internal static bool HaveFourProducts(IEnumerable<string> description)
    {
        string flags = description.FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        return flags.Split(' ').Any(flag => flag is "avx512_vnni" or "avx_vnni");
    }
}
