using System.Runtime.InteropServices;

namespace Twitch.Media;

/// <summary>Processor time of the thread that asks.</summary>
internal static partial class ThreadClock
{
    private const int ThisThread = 3 /* CLOCK_THREAD_CPUTIME_ID */;

    public static TimeSpan Now => GetTime(ThisThread, out Time time) == 0 ? TimeSpan.FromTicks(time.Seconds * TimeSpan.TicksPerSecond + time.Nanoseconds / 100) : default;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Time time);

    private readonly struct Time
    {
        public readonly long Seconds, Nanoseconds;
    }
}
