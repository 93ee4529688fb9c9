using System.Text;

namespace Twitch.Chat;

/// <summary>Where the token is kept: an environment variable, or a file that only its owner can read. Never the command line, which every process can read.</summary>
public sealed class TokenSource
{
    /// <summary>The variable that is read when no file is named.</summary>
    public const string Variable = "TWITCH_CHAT_TOKEN";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxFileBytes = 4096;

    private readonly string _where;
    private readonly Func<AccessToken> _read;

    private TokenSource(string where, Func<AccessToken> read) => (_where, _read) = (where, read);

    /// <summary>A token that is at hand already.</summary>
    public static TokenSource Of(AccessToken token) => new("a token given by the host", () => token);

    /// <summary>Takes the token from an environment variable, and the variable from the environment, so that no child process inherits it.</summary>
    /// <exception cref="TwitchException">It is not set, or is no token.</exception>
    public static TokenSource FromEnvironment(string variable = Variable)
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrWhiteSpace(text))
            throw new TwitchException($"the environment variable {variable} is not set; put the chat token there, or in a file of mode 0600.", ExitCode.Usage);
        AccessToken token = Parse(text, $"the environment variable {variable}");
        Environment.SetEnvironmentVariable(variable, null);
        return new($"the environment variable {variable}", () => token);
    }

    /// <summary>A file, read again at every login: whatever renews the token replaces the file.</summary>
    /// <exception cref="TwitchException">It is missing, others may read it, or it holds no token.</exception>
    public static TokenSource FromFile(string path)
    {
        var source = new TokenSource(path, () => ReadFile(path));
        source.Read();
        return source;
    }

    /// <summary>Where the token is, not what it is.</summary>
    public override string ToString() => _where;

    /// <summary>The token as it is now.</summary>
    /// <exception cref="TwitchException">The file has become unreadable, or readable to others.</exception>
    internal AccessToken Read() => _read();

    private static AccessToken ReadFile(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);    // of what was opened, whatever the path names by now
            if (mode != OwnerOnly)
            {
                throw new TwitchException(
                    $"{path}: its mode is {Octal(mode)}, and a token's file must have 0600 so that only its owner reads it; run: chmod 600 {ShellQuoted(path)}", ExitCode.Usage);
            }
            Span<byte> bytes = stackalloc byte[MaxFileBytes];
            int length = file.ReadAtLeast(bytes, MaxFileBytes, throwOnEndOfStream: false);
            return Parse(Encoding.UTF8.GetString(bytes[..length]), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: the chat token cannot be read: {e.Message}", ExitCode.Usage, e);
        }
    }

    private static AccessToken Parse(string text, string where) => AccessToken.TryParse(text)
        ?? throw new TwitchException($"{where} holds no chat token; it must be letters and digits, at least 8, with or without 'oauth:' before them.", ExitCode.Usage);

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private static string ShellQuoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-') && !path.StartsWith('-') ? path : $"-- '{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
