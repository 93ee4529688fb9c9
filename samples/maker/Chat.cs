using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Maker;

/// <summary>One line of the chat; <paramref name="Cause"/> is null for what a filter should take out.</summary>
internal sealed record Line(double Time, string Author, string Text, Cause? Cause);

/// <summary>Draws the comments and writes them as TwitchDownloader does.</summary>
internal static class Chat
{
    // Twitch's own emotes have ids; the others come from browser extensions and are plain text in a log.
    private static readonly Dictionary<string, string> TwitchEmotes = new(StringComparer.Ordinal)
    {
        ["Kappa"] = "25", ["LUL"] = "425618", ["PogChamp"] = "305954156", ["HeyGuys"] = "30259", ["NotLikeThis"] = "58765",
        ["ResidentSleeper"] = "245", ["WutFace"] = "28087", ["<3"] = "9", ["D:"] = "6",
    };

    private static readonly string[] Colours = ["#FF69B4", "#1E90FF", "#2E8B57", "#DAA520", "#8A2BE2", "#FF4500"];

    public static JsonSerializerOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Comments by chance, in order of time: each cause calls them forth at its own rate.</summary>
    public static List<Line> Draw(Plan plan, int seed)
    {
        var random = new Random(seed);
        string[] viewers = Viewers(random);
        var lines = new List<Line>();
        foreach (Cause cause in Causes.All)
        {
            // A Poisson process at the highest rate, thinned to the rate of the moment.
            for (double time = Gap(cause); time < plan.Length; time += Gap(cause))
            {
                if (random.NextDouble() < cause.RateAt(time, plan) / cause.Rate)
                    lines.Add(new(Math.Round(time, 3), viewers[random.Next(viewers.Length)], cause.Draw(random), cause));
            }
        }
        lines.AddRange(Clutter(plan, viewers, random));
        return [.. lines.OrderBy(line => line.Time)];

        double Gap(Cause cause) => -Math.Log(1 - random.NextDouble()) / cause.Rate;
    }

    /// <summary>The whole log, one comment a line.</summary>
    public static string ToJson(IReadOnlyList<Line> lines, Plan plan)
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
            "video": {"title": "A made-up stream", "id": "1", "created_at": "{{start:yyyy-MM-ddTHH:mm:ssZ}}", "start": 0, "end": {{plan.Length}}, "length": {{plan.Length}}, "game": "Made-up Runner", "chapters": []},
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

    // What no one should learn: bots, commands, links, and one message without text.
    private static IEnumerable<Line> Clutter(Plan plan, string[] viewers, Random random)
    {
        for (double time = 45; time < plan.Length; time += 90)
            yield return new(time, "Nightbot", "Follow the channel and join the discord!", null);
        for (double time = 70; time < plan.Length; time += 80)
        {
            string command = random.Next(2) == 0 ? "!uptime" : "!game";
            yield return new(time, viewers[random.Next(viewers.Length)], command, null);
            yield return new(time + 0.8, "StreamElements", command == "!uptime" ? "The stream has been live for a while." : "The game is Made-up Runner.", null);
        }
        for (double time = 110; time < plan.Length; time += 130)
            yield return new(time, viewers[random.Next(viewers.Length)], $"clip it https://clips.example/{random.Next(1000, 9999)}", null);
        yield return new(200.5, viewers[0], "", null);
    }

    private static string[] Viewers(Random random)
    {
        string[] first = ["pixel", "sleepy", "turbo", "mango", "lunar", "crispy", "velvet", "spicy"];
        string[] second = ["Otter", "Badger", "Noodle", "Comet", "Pickle", "Walrus", "Teapot"];
        return [.. first.SelectMany(a => second.Select(b => $"{a}{b}{random.Next(10, 99)}"))];
    }
}
