using System.Text;

namespace Twitch.Chat;

/// <summary>Reads a token, whatever it opens, from where it may be kept: an environment variable, or a file that only its owner can read. Never the command line,
/// which every process can read.</summary>
public static class TokenText
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxFileBytes = 4096;

    /// <summary>Takes a token from an environment variable, and the variable from the environment, so that no child process inherits it.</summary>
    /// <param name="variable">Name of the variable.</param>
    /// <returns>Null if it is not set, or blank.</returns>
    public static string? Take(string variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    /// <summary>Reads a file that holds a token and nothing else.</summary>
    /// <param name="path">Of mode 0600, or 0400.</param>
    /// <param name="what">What messages call the token.</param>
    /// <returns>Without the white space around it; may be empty.</returns>
    /// <exception cref="TwitchException">It cannot be read, others may use it, or it is too long for a token (exit code 2).</exception>
    public static string ReadFile(string path, string what)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);    // of what was opened, whatever the path names by now
            if ((mode & ~OwnerOnly) != 0)
            {
                throw new TwitchException(
                    $"{path}: its mode is {Octal(mode)}, and a token's file must have 0600 so that only its owner reads it; run: chmod 600 {ShellQuoted(path)}", ExitCode.Usage);
            }
            Span<byte> bytes = stackalloc byte[MaxFileBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxFileBytes
                ? Encoding.UTF8.GetString(bytes[..length]).Trim('\uFEFF').Trim()
                : throw new TwitchException($"{path}: holds more than {MaxFileBytes} bytes, so it is not the {what} alone; write that into a file of its own.", ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file." : e.Message;
            throw new TwitchException($"{path}: the {what} cannot be read: {why}", ExitCode.Usage, e);
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private static string ShellQuoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-') && !path.StartsWith('-') ? path : $"-- '{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
