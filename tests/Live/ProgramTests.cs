using System.Diagnostics;
using Twitch.Runtime.Tests;

namespace Twitch.Live.Tests;

/// <summary>The built program as a process: what only a real stdout and real signals show.</summary>
public class ProgramTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "twitch");

    [Fact]
    public void The_exit_code_and_the_error_line_reach_the_shell()
    {
        using Process twitch = Start("info", "--bundle", "no-such-folder");

        Assert.Equal("", twitch.StandardOutput.ReadToEnd());
        Assert.StartsWith("error: no-such-folder: no bundle is here", twitch.StandardError.ReadToEnd(), StringComparison.Ordinal);
        twitch.WaitForExit();
        Assert.Equal(3, twitch.ExitCode);
    }

    [Fact]
    public void The_program_ends_quietly_when_its_reader_does()
    {
        using Process twitch = StartTalking();
        twitch.StandardOutput.ReadLine();

        twitch.StandardOutput.Close();

        Assert.Equal("", twitch.StandardError.ReadToEnd());
        twitch.WaitForExit();
        Assert.Equal(0, twitch.ExitCode);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void An_interrupt_ends_it_with_130_and_keeps_whole_lines(string signal)
    {
        using Process twitch = StartTalking();
        twitch.StandardOutput.ReadLine();

        using (Process kill = Process.Start("kill", [$"-{signal}", $"{twitch.Id}"]))
            kill.WaitForExit();
        string rest = twitch.StandardOutput.ReadToEnd();    // it waits for us with a full pipe

        Assert.True(rest.Length == 0 || rest[^1] == '\n', "the last line is cut off");
        Assert.Equal("", twitch.StandardError.ReadToEnd());
        twitch.WaitForExit();
        Assert.Equal(130, twitch.ExitCode);
    }

    [Fact]
    public void Nothing_is_written_to_the_users_home()
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("twitch-home");
        try
        {
            // As in a person's shell: in a build server's environment ONNX Runtime tells nobody of itself anyway.
            var start = new ProcessStartInfo(Program, ["generate", "--bundle", files.Bundle.Folder, "--video", files.Recording.Path, "--at", "2"]) { RedirectStandardOutput = true };
            foreach (string name in start.Environment.Keys.Where(name => name != "PATH" && !name.StartsWith("DOTNET_", StringComparison.Ordinal)).ToArray())
                start.Environment.Remove(name);
            start.Environment["HOME"] = home.FullName;

            using Process twitch = Process.Start(start)!;

            Assert.NotEqual("", twitch.StandardOutput.ReadToEnd());
            twitch.WaitForExit();
            Assert.Equal(0, twitch.ExitCode);
            Assert.Empty(home.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(entry => entry.FullName));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    // Far more than a pipe holds, so that it cannot be done before it is stopped.
    private Process StartTalking() => Start(
        "generate", "--bundle", files.Bundle.Folder, "--video", files.Recording.Path, "--every", "0.1", "--count", "100", "--min-length", "60", "--max-length", "60");

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
