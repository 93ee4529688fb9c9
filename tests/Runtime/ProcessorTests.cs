using System.Runtime.Intrinsics.X86;

namespace Twitch.Runtime.Tests;

public class ProcessorTests
{
    [Theory]
    [InlineData("flags\t\t: fpu avx2 avx512f avx512_vnni rdpid", true)]
    [InlineData("flags\t\t: fpu avx2 avx_vnni", true)]
    [InlineData("flags\t\t: fpu avx2 avx512f", false)]
    [InlineData("model name\t: avx512_vnni", false)]
    public void Four_products_are_added_at_once_where_the_flags_say_so(string line, bool expected)
    {
        Assert.Equal(expected, Processor.HaveFourProducts(["processor\t: 0", line]));
    }

    [Fact]
    public void It_knows_what_the_processor_itself_says()
    {
        bool vnni = X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

        if (Avx512F.IsSupported)    // compiled here and now, so that this is about this processor
            Assert.Equal(vnni || AvxVnni.IsSupported, Processor.AddsFourProducts);
    }
}
