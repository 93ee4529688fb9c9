using System.Text;
using System.Text.Json;
using Twitch.Live.Doctor;

namespace Twitch.Live.Tests;

/// <summary><c>twitch doctor</c> on machines that have something, and on some that lack it.</summary>
public sealed class DoctorTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("flags : sse4_2 avx2 fma bmi2 avx512_vnni", "ok", "avx2 fma bmi2 avx512_vnni")]
    [InlineData("flags : sse4_2 avx2", "missing", "without fma bmi2")]
    [InlineData("", "missing", "without avx2 fma bmi2")]
    public void A_processor_needs_what_the_program_is_compiled_for(string flags, string state, string found)
    {
        Finding finding = SystemChecks.Processor(["model name : A Chip", flags]);

        Assert.Equal(state, finding.State);
        Assert.Contains(found, finding.Found, StringComparison.Ordinal);
        Assert.StartsWith("A Chip, ", finding.Found, StringComparison.Ordinal);
        Assert.Equal(state == "ok", finding.Remedy is null);
    }

    [Theory]
    [InlineData(4_000_000, null, "ok")]
    [InlineData(100_000, null, "missing")]
    [InlineData(4_000_000, 100_000_000L, "missing")]
    public void Memory_is_what_is_available_and_allowed(long availableKilobytes, long? limit, string state) =>
        Assert.Equal(state, SystemChecks.Memory(["MemTotal: 8000000 kB", $"MemAvailable: {availableKilobytes} kB"], limit).State);

    [Fact]
    public void A_library_tells_the_newest_version_it_names()
    {
        string path = Path.Combine(_folder, "library.so");
        File.WriteAllBytes(path, [1, 2, .. Encoding.ASCII.GetBytes("\0GLIBCXX_3.4.9\0GLIBCXX_3.4.32\0GLIBCXX_3.4\0GLIBC_2.35\0GLIBCXX_"), 0xFF]);

        Assert.Equal(new Version(3, 4, 32), LibraryVersions.Highest(path, "GLIBCXX_"));
        Assert.Equal(new Version(2, 35), LibraryVersions.Highest(path, "GLIBC_"));
        Assert.Null(LibraryVersions.Highest(path, "CXXABI_"));
        Assert.NotNull(LibraryVersions.CLibrary());
    }

    [Fact]
    public void Libraries_that_are_too_old_are_told_with_what_needs_newer_ones()
    {
        File.WriteAllText(Path.Combine(_folder, "libonnxruntime.so"), "\0GLIBC_2.17\0GLIBC_99.1\0GLIBCXX_3.4.20\0");

        Finding[] findings = [.. SystemChecks.Libraries(_folder)];

        Assert.Equal(["missing", "ok"], findings.Select(finding => finding.State));
        Assert.Contains("libonnxruntime.so needs 99.1", findings[0].Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_needs_a_driver_a_build_and_the_libraries_that_it_names()
    {
        string cuda = Directory.CreateDirectory(Path.Combine(_folder, "cuda")).FullName;
        File.WriteAllText(Path.Combine(cuda, "libonnxruntime_providers_cuda.so"), "\0libcudart.so.99\0libcudnn.so.98\0libcuda.so.1\0libstdc++.so.6\0");

        Finding[] without = [.. SystemChecks.Gpu(isNeeded: true, null, _folder)], with = [.. SystemChecks.Gpu(isNeeded: true, "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22\nGCC version: 12", cuda)];

        Assert.Equal([("GPU driver", "missing"), ("CUDA build", "missing")], without.Select(finding => (finding.Name, finding.State)));
        Assert.Equal([("GPU driver", "ok"), ("libcudart.so.99", "missing"), ("libcudnn.so.98", "missing")], with.Select(finding => (finding.Name, finding.State)));
        Assert.Equal("NVIDIA 550.54.14", with[0].Found);
        Assert.Contains("cuDNN", with[2].Remedy, StringComparison.Ordinal);
        Assert.All(SystemChecks.Gpu(isNeeded: false, null, _folder), finding => Assert.Equal("absent", finding.State));
    }

    [Fact]
    public void Ffmpeg_needs_the_decoders_that_nearly_every_stream_has()
    {
        string whole = Program("ffmpeg", "echo 'ffmpeg version 6.0 Copyright'; printf ' V....D h264 H.264\\n V....D hevc x\\n V....D vp9 x\\n V....D libdav1d dav1d AV1 decoder (codec av1)\\n A....D aac x\\n A....D mp3float MP3 (codec mp3)\\n A....D opus x\\n A....D vorbis x\\n A....D flac x\\n'");
        string lean = Program("lean", "echo 'ffmpeg version 6.0 Copyright'; printf ' A....D aac x\\n'"), probe = Program("ffprobe", "echo 'ffprobe version 6.0 Copyright'");

        Assert.Equal([("ffmpeg", "ok", "6.0"), ("ffprobe", "ok", "6.0"), ("decoders", "ok", "h264 aac hevc vp9 av1 mp3 opus vorbis flac")], ProgramChecks.Decoding(whole, probe).Select(finding => (finding.Name, finding.State, finding.Found)));
        Assert.Contains("without h264 hevc vp9 av1", ProgramChecks.Decoding(lean, probe).Single(finding => finding.IsMissing).Found, StringComparison.Ordinal);
        Assert.Equal([("ffmpeg", "apt-get install ffmpeg")], ProgramChecks.Decoding("no-such-program", probe).Where(finding => finding.IsMissing).Select(finding => (finding.Name, finding.Remedy)));
    }

    [Theory]
    [InlineData(true, "missing")]
    [InlineData(false, "absent")]
    public void Pages_need_one_of_two_programs(bool isNeeded, string state)
    {
        Assert.Equal((state, "apt-get install streamlink"), ProgramChecks.Pages(isNeeded, "no-such-program", "nor-this") is var lacking ? (lacking.State, lacking.Remedy) : default);
        Assert.Equal("yt-dlp 2025.1.1", ProgramChecks.Pages(isNeeded, "no-such-program", Program("yt-dlp", "echo 2025.1.1")).Found);
    }

    [Fact]
    public async Task With_a_bundle_it_is_tried_for_real()
    {
        (int exitCode, string output) = await Run("doctor", "--bundle", files.Bundle.Folder);

        Assert.True(exitCode == 0, output);
        foreach (string line in (string[])["ok       bundle", "ok       decode", "ok       step", "recordings: this would work"])
            Assert.Contains(line, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_not_work_is_an_exit_code_too()
    {
        (int cuda, string report) = await Run("doctor", "--for", "cuda", "--json");
        (int broken, string page) = await Run("doctor", "--bundle", _folder);

        Assert.Equal((1, 1), (cuda, broken));
        Assert.False(JsonDocument.Parse(report).RootElement.GetProperty("works").GetBoolean());
        Assert.Contains("no bundle is here", page, StringComparison.Ordinal);
        Assert.Contains("recordings: this would not work", page, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> Run(params string[] args)
    {
        using StringWriter output = new();
        return (await CommandLine.RunAsync(args, output, TextWriter.Null, TestContext.Current.CancellationToken), output.ToString());
    }

    private string Program(string name, string script)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
