using System.Globalization;
using System.Runtime.InteropServices;
using Twitch.Media;

namespace Twitch.Live.Doctor;

/// <summary>The machine: processor, memory, libraries, GPU.</summary>
internal static class SystemChecks
{
    // Instruction sets that the published program is compiled for (x86-64-v3).
    private static readonly string[] _needed = ["avx2", "fma", "bmi2"], _welcome = ["avx512f", "avx512_vnni", "avx_vnni"];
    private static readonly string[] _libraries = ["libonnxruntime.so", "libOpenCvSharpExtern.so"];
    private const long LeastMemory = 256L << 20;

    /// <summary>Whether the processor has what the published program uses.</summary>
    /// <param name="cpuinfo">Lines of <c>/proc/cpuinfo</c>.</param>
    public static Finding Processor(IEnumerable<string> cpuinfo)
    {
        string[] lines = [.. cpuinfo];
        string Of(string key) => lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "";
        string[] flags = Of("flags").Split(' ');
        string found = $"{(Of("model name") is { Length: > 0 } model ? model : RuntimeInformation.ProcessArchitecture.ToString())}, {Environment.ProcessorCount} to use";
        string[] lacking = [.. _needed.Where(flag => !flags.Contains(flag))];
        return lacking.Length == 0
            ? Finding.Ok("processor", $"{found}: {string.Join(' ', _needed.Concat(_welcome.Where(flags.Contains)))}")
            : Finding.Lacks("processor", true, $"{found}, without {string.Join(' ', lacking)}", "publish the program for it: dotnet publish src/Live -c Release -p:IlcInstructionSet=x86-64-v2");
    }

    /// <summary>Whether there is memory to work in.</summary>
    /// <param name="meminfo">Lines of <c>/proc/meminfo</c>.</param>
    /// <param name="limit">What the control group allows, in bytes; null if it sets no limit.</param>
    public static Finding Memory(IEnumerable<string> meminfo, long? limit)
    {
        long Of(string key, string[] lines) => lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) is { } line
            && long.TryParse(new string([.. line.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes << 10 : 0;
        string[] all = [.. meminfo];
        long total = Of("MemTotal", all), available = Math.Min(Of("MemAvailable", all), limit ?? long.MaxValue);
        string found = string.Create(CultureInfo.InvariantCulture, $"{available / 1e9:0.0} GB of {total / 1e9:0.0} GB available{(limit is { } most ? $", {most / 1e9:0.0} GB allowed here" : "")}");
        return available >= LeastMemory ? Finding.Ok("memory", found) : Finding.Lacks("memory", true, found, "end other programs, or allow this one at least 256 MB");
    }

    /// <summary>Whether the C and C++ libraries are as new as those that our native libraries were linked against.</summary>
    /// <param name="folder">Where our native libraries lie.</param>
    public static IEnumerable<Finding> Libraries(string folder)
    {
        string[] ours = [.. _libraries.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        yield return Compare("glibc", LibraryVersions.CLibrary(), "GLIBC_", ours, "use a newer distribution: Debian 12 and Ubuntu 22.04 have it");
        string? system = LibraryVersions.FileOf("libstdc++.so.6");
        yield return Compare("GLIBCXX", system is null ? null : LibraryVersions.Highest(system, "GLIBCXX_"), "GLIBCXX_", ours, system is null ? "apt-get install libstdc++6" : "use a newer distribution, or its newer libstdc++6");
    }

    /// <summary>Whether OpenCV's library loads, which needs GTK.</summary>
    public static Finding OpenCv()
    {
        try
        {
            NativeLibraries.EnsureLoaded();
            return Finding.Ok("OpenCV", $"loads, GTK with it{(LibraryVersions.FileOf("libgtk-3.so.0") is { } gtk ? $" ({gtk})" : "")}");
        }
        catch (TwitchException e)
        {
            return Finding.Lacks("OpenCV", true, e.Message.Split(';')[0].TrimEnd('.'), e.Message.Contains("apt-get", StringComparison.Ordinal) ? "apt-get install libgtk-3-0" : "install what it names, or this program again");
        }
    }

    /// <summary>The GPU's driver, and the CUDA libraries that a CUDA build loads.</summary>
    /// <param name="isNeeded">CUDA was asked for.</param>
    /// <param name="driver">Text of <c>/proc/driver/nvidia/version</c>; null if there is none.</param>
    /// <param name="folder">Where the program's own libraries lie.</param>
    public static IEnumerable<Finding> Gpu(bool isNeeded, string? driver, string folder)
    {
        string? version = driver?.Split('\n')[0].Split("Module", 2)[^1].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => char.IsAsciiDigit(word[0]) && word.Contains('.', StringComparison.Ordinal));
        yield return version is null
            ? Finding.Lacks("GPU driver", isNeeded, "no NVIDIA driver is loaded", "on a machine with an NVIDIA GPU, install its driver and check with nvidia-smi; else use --provider cpu")
            : Finding.Ok("GPU driver", $"NVIDIA {version}");

        string provider = Path.Combine(folder, "libonnxruntime_providers_cuda.so");
        if (!File.Exists(provider))
        {
            yield return Finding.Lacks("CUDA build", isNeeded, "this program was built for the processor", "build it with -p:Accelerator=cuda");
            yield break;
        }

        // What the provider names is what it was linked against: libcudart.so.12, libcudnn.so.9.
        foreach (string library in Needed(provider))
        {
            yield return NativeLibrary.TryLoad(library, out _)
                ? Finding.Ok(library, LibraryVersions.FileOf(library) ?? "loads")
                : Finding.Lacks(library, isNeeded, "cannot be loaded", $"install the {(library.StartsWith("libcudnn", StringComparison.Ordinal) ? "cuDNN" : "CUDA toolkit")} that it belongs to and add its folder to LD_LIBRARY_PATH");
        }
    }

    /// <summary>CUDA's libraries that a library names.</summary>
    public static IEnumerable<string> Needed(string path)
    {
        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
        return System.Text.RegularExpressions.Regex.Matches(text, @"(?<=\0)lib(?:cu[a-z]+|nvrtc)\.so\.\d{1,3}(?=\0)").Select(match => match.Value).Where(name => name != "libcuda.so.1").Distinct().Order();
    }

    private static Finding Compare(string name, Version? there, string mark, string[] ours, string remedy)
    {
        (string File, Version? Version)[] needs = [.. ours.Select(file => (Path.GetFileName(file), LibraryVersions.Highest(file, mark)))];
        (string File, Version? Version) most = needs.Where(each => each.Version is not null).DefaultIfEmpty().MaxBy(each => each.Version);
        string needed = most.Version is null ? "" : $"; {most.File} needs {most.Version}";
        return there is null ? Finding.Lacks(name, true, $"it was not found{needed}", remedy)
            : most.Version > there ? Finding.Lacks(name, true, $"{there}{needed}", remedy)
            : Finding.Ok(name, $"{there}{needed}");
    }
}
