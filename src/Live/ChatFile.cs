using System.Text.Json;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>What people said during a recording, for a model that reads past chat: a JSON line each, as <see cref="ChatLine"/>.</summary>
internal static class ChatFile
{
    /// <summary>Adds every line of a file to a chat.</summary>
    /// <exception cref="TwitchException">The file cannot be read, or a line is not such a line; the message names it.</exception>
    public static void ReadInto(ChatHistory chat, string path)
    {
        int number = 0;
        try
        {
            foreach (string text in File.ReadLines(path))
            {
                number++;
                if (string.IsNullOrWhiteSpace(text))
                    continue;
                ChatLine line = JsonSerializer.Deserialize(text, LiveJson.Readable.ChatLine) ?? throw new JsonException("null is no comment");
                if (!(Math.Abs(line.Time) <= 1e7))
                    throw new JsonException($"\"time\" is {line.Time}; it must be seconds since the start of the recording");
                chat.Add(TimeSpan.FromSeconds(line.Time), line.Text);
            }
        }
        catch (JsonException e)
        {
            throw new TwitchException($"{path}:{number}: not a line such as {{\"time\": 12.5, \"text\": \"hello\"}}: {e.Message}", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }
}
