namespace Twitch.Serving.Http;

/// <summary>Where a token may come from: a file that only its owner can read, or the environment. A command line is seen by everybody.</summary>
public static class TokenFile
{
    /// <summary>Environment variable that may hold the token.</summary>
    public const string Variable = "TWITCH_TOKEN";

    /// <summary>Reads a token.</summary>
    /// <param name="path">File with the token alone, mode 0600; absent: the environment is asked.</param>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="TwitchException">The file is missing, empty, or others can read it (exit code 2).</exception>
    public static string? Read(string? path)
    {
        if (path is null)
            return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token ? token.Trim() : null;
        if (!File.Exists(path))
            throw new TwitchException($"--token-file is {path}; there is no such file.", ExitCode.Usage);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new TwitchException($"{path}: others may use it (mode {Convert.ToString((int)File.GetUnixFileMode(path), 8)}); run: chmod 600 {path}", ExitCode.Usage);
        string text = File.ReadAllText(path).Trim();
        return text.Length > 0 ? text : throw new TwitchException($"{path}: is empty; write the token into it.", ExitCode.Usage);
    }
}
