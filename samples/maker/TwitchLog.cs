using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Maker;

/// <summary>Writes a chat as TwitchDownloader does.</summary>
internal static class TwitchLog
{
    // Twitch's own emotes have ids; the others come from browser extensions and are plain text in a log.
    private static readonly Dictionary<string, string> TwitchEmotes = new(StringComparer.Ordinal)
    {
        ["Kappa"] = "25", ["LUL"] = "425618", ["PogChamp"] = "305954156", ["HeyGuys"] = "30259", ["NotLikeThis"] = "58765",
        ["ResidentSleeper"] = "245", ["WutFace"] = "28087", ["<3"] = "9", ["D:"] = "6",
    };

    private static readonly string[] Colours = ["#FF69B4", "#1E90FF", "#2E8B57", "#DAA520", "#8A2BE2", "#FF4500"];

    public static JsonSerializerOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole log, one comment a line.</summary>
    public static string ToJson(IReadOnlyList<(double Time, string Author, string Text)> lines, double length, string title, string game)
    {
        var start = new DateTime(2025, 3, 10, 20, 0, 0, DateTimeKind.Utc);
        string[] authors = [.. lines.Select(line => line.Author).Distinct()];
        IEnumerable<string> comments = lines.Select((line, i) => new JsonObject
        {
            ["_id"] = $"{i:x8}-0000-4000-8000-000000000000",
            ["created_at"] = start.AddSeconds(line.Time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ"),
            ["content_offset_seconds"] = line.Time,
            ["commenter"] = new JsonObject
            {
                ["display_name"] = line.Author,
                ["_id"] = $"{100_000 + Array.IndexOf(authors, line.Author)}",
                ["name"] = line.Author.ToLowerInvariant(),
            },
            ["message"] = new JsonObject
            {
                ["body"] = line.Text,
                ["bits_spent"] = 0,
                ["fragments"] = Fragments(line.Text),
                ["user_badges"] = new JsonArray(),
                ["user_color"] = Colours[line.Author.Length % Colours.Length],
            },
        }.ToJsonString(Plain));

        return $$"""
            {
            "FileInfo": {"Version": {"Major": 1, "Minor": 4, "Patch": 0}, "CreatedAt": "2025-03-10T21:00:00Z", "UpdatedAt": "0001-01-01T00:00:00"},
            "streamer": {"name": "SampleStreamer", "login": "samplestreamer", "id": 1000},
            "video": {"title": "{{title}}", "id": "1", "created_at": "{{start:yyyy-MM-ddTHH:mm:ssZ}}", "start": 0, "end": {{length}}, "length": {{length}}, "game": "{{game}}", "chapters": []},
            "comments": [
            {{string.Join(",\n", comments)}}
            ],
            "embeddedData": null
            }

            """;
    }

    // Text and emotes in turn, as Twitch cuts a message.
    private static JsonArray Fragments(string text)
    {
        var fragments = new JsonArray();
        string plain = "";
        foreach (string word in text.Split(' '))
        {
            if (TwitchEmotes.TryGetValue(word, out string? id))
            {
                AddPlain();
                fragments.Add(new JsonObject { ["text"] = word, ["emoticon"] = new JsonObject { ["emoticon_id"] = id } });
                plain = " ";
            }
            else
            {
                plain += word + " ";
            }
        }
        plain = plain.TrimEnd();
        AddPlain();
        return fragments;

        void AddPlain()
        {
            if (plain.Length > 0 && !(plain == " " && fragments.Count == 0))
                fragments.Add(new JsonObject { ["text"] = plain, ["emoticon"] = null });
        }
    }

    /// <summary>Made-up names.</summary>
    public static string[] Viewers(Random random)
    {
        string[] first = ["pixel", "sleepy", "turbo", "mango", "lunar", "crispy", "velvet", "spicy"];
        string[] second = ["Otter", "Badger", "Noodle", "Comet", "Pickle", "Walrus", "Teapot"];
        return [.. first.SelectMany(a => second.Select(b => $"{a}{b}{random.Next(10, 99)}"))];
    }
}
