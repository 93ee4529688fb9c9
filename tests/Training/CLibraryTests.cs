namespace Twitch.Training.Tests;

public class CLibraryTests
{
    [Theory]
    [InlineData("AuthenticAMD", 26, true)]
    [InlineData("AuthenticAMD", 25, false)]
    [InlineData("GenuineIntel", 26, false)]
    public void A_zen_5_is_known_by_its_family(string vendor, int family, bool expected)
    {
        string[] description = ["processor\t: 0", $"vendor_id\t: {vendor}", $"cpu family\t: {family}", "flags\t\t: fpu avx512f", "", "processor\t: 1", "vendor_id\t: ?", "cpu family\t: 0"];

        Assert.Equal(expected, CLibrary.IsZen5(description));
        Assert.False(CLibrary.IsZen5(["processor\t: 0", "BogoMIPS\t: 50.00"]));
    }
}
