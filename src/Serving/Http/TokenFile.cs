using Twitch.Chat;

namespace Twitch.Serving.Http;

/// <summary>Where the token that requests must bear may come from; see <see cref="TokenText"/>.</summary>
public static class TokenFile
{
    /// <summary>Environment variable that may hold the token.</summary>
    public const string Variable = "TWITCH_TOKEN";

    /// <summary>Reads a token, and takes the variable from the environment even where a file is named, so that no ffmpeg inherits it.</summary>
    /// <param name="path">File with the token alone, mode 0600; absent: the environment is asked.</param>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="TwitchException">The file is missing, empty, or others can read it (exit code 2).</exception>
    public static string? Read(string? path)
    {
        string? given = TokenText.Take(Variable);
        if (path is null)
            return given;
        string text = TokenText.ReadFile(path, "token");
        return text.Length > 0 ? text : throw new TwitchException($"{path}: is empty; write the token into it.", ExitCode.Usage);
    }
}
