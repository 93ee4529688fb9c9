using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Twitch.Training.Chat.Readers;

/// <summary>A line for each <c>replayChatItemAction</c> of a YouTube chat, as yt-dlp keeps them (<c>….live_chat.json</c>).</summary>
/// <remarks>The time is <c>videoOffsetTimeMsec</c>; before the start that is 0, and <c>timestampText</c> tells. A custom emoji is its shortcut.</remarks>
internal sealed class YtDlpLiveChat : ILineFormat
{
    public ChatFormat Format => ChatFormat.YtDlpLiveChat;

    /// <summary>Whether a log's first line is one of these.</summary>
    public static bool IsFormatOf(string line) => line.StartsWith('{') && (line.Contains("\"replayChatItemAction\"", StringComparison.Ordinal) || line.Contains("\"addChatItemAction\"", StringComparison.Ordinal));

    public ChatRecord Read(string line)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return ChatRecord.Unparsable("no JSON object");
            JsonElement replay = Of(root, "replayChatItemAction") ?? root;
            double? offset = Number(Of(replay, "videoOffsetTimeMsec") ?? Of(root, "videoOffsetTimeMsec"));
            foreach (JsonElement action in Of(replay, "actions") is { ValueKind: JsonValueKind.Array } actions ? actions.EnumerateArray() : (IEnumerable<JsonElement>)[replay])
            {
                if (Of(Of(action, "addChatItemAction"), "item") is not { } item)
                    continue;
                if ((Of(item, "liveChatTextMessageRenderer") ?? Of(item, "liveChatPaidMessageRenderer")) is { } renderer)
                    return Comment(renderer, offset);
            }

            return ChatRecord.Notice;
        }
        catch (JsonException)
        {
            return ChatRecord.Unparsable();
        }
        catch (InvalidOperationException)
        {
            return ChatRecord.Unparsable("a string that is no text");    // half an emoji
        }
    }

    private static ChatRecord Comment(JsonElement renderer, double? offset)
    {
        string shown = Text(Of(Of(renderer, "timestampText"), "simpleText"));
        ChatTime? time = shown.StartsWith('-') && ChatTime.TryParseClock(shown, out TimeSpan before) ? ChatTime.SinceStart(before)
            : offset is { } milliseconds ? ChatTime.FromSeconds(milliseconds / 1000)
            : Number(Of(renderer, "timestampUsec")) is { } unix ? ChatTime.FromUnix(unix) : null;
        if (time is null)
            return ChatRecord.Unparsable("a record without a time");
        var text = new StringBuilder(Text(Of(Of(renderer, "message"), "simpleText")));
        foreach (JsonElement run in Of(Of(renderer, "message"), "runs") is { ValueKind: JsonValueKind.Array } runs ? runs.EnumerateArray() : (IEnumerable<JsonElement>)[])
            text.Append(Of(run, "emoji") is { } emoji ? Emoji(emoji) : Text(Of(run, "text")));
        string name = Text(Of(Of(renderer, "authorName"), "simpleText")), channel = Text(Of(renderer, "authorExternalChannelId"));
        return new(RecordKind.Comment, time.Value, channel.Length > 0 ? channel : name, name, text.ToString());
    }

    private static string Emoji(JsonElement emoji)
    {
        bool custom = Of(emoji, "isCustomEmoji") is { ValueKind: JsonValueKind.True };
        string shortcut = Of(emoji, "shortcuts") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() > 0 ? Text(all[0]) : "";
        string id = Text(Of(emoji, "emojiId"));
        return custom || id.Length == 0 ? $" {shortcut} " : id;
    }

    private static JsonElement? Of(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out JsonElement value) ? value : null;

    private static string Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } found ? found.GetString()! : "";

    private static double? Number(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } found when found.TryGetDouble(out double number) => number,
        { ValueKind: JsonValueKind.String } found when double.TryParse(found.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        _ => null,
    };
}
