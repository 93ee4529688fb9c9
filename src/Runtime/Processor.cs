using System.Runtime.Intrinsics.X86;

namespace Twitch.Runtime;

/// <summary>What the processor can do that decides between two graphs.</summary>
internal static class Processor
{
    /// <summary>Whether it multiplies bytes and adds four products at once without saturating (AVX-512 VNNI or AVX-VNNI): where it does
    /// not, ONNX Runtime's product of unsigned and signed bytes saturates sums of two at 16 bits, and is not exact.</summary>
    public static bool AddsFourProducts { get; } = X86Base.IsSupported && (HasAvx512Vnni() || AvxVnni.IsSupported);

    // Leaf 7 of CPUID, bit 11 of ECX; .NET has no name for it.
    private static bool HasAvx512Vnni() => Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}
