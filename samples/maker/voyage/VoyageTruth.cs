using System.Text.Json.Nodes;

namespace Maker.Voyage;

/// <summary>Writes what the maker knows of the voyage.</summary>
internal static class VoyageTruth
{
    public static string ToJson(VoyageChat chat, IReadOnlyList<Remark> remarks, VoyageFloor floor, double from)
    {
        var root = new JsonObject
        {
            ["length"] = chat.Plan.Length,
            ["last_part"] = new JsonObject
            {
                ["from"] = from,
                ["comments"] = remarks.Count(remark => remark.Time >= from),
                ["perplexity_floor"] = new JsonObject { ["neither"] = floor.Neither, ["seen_only"] = floor.SeenOnly, ["heard_only"] = floor.HeardOnly, ["seen_and_heard"] = floor.SeenAndHeard },
                ["bits_per_character"] = floor.BitsPerCharacter,
                ["nats_per_comment"] = new JsonObject(floor.NatsByKind.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            },
            ["topics"] = new JsonArray([.. chat.Topics.Select(topic => new JsonObject
            {
                ["name"] = topic.Name,
                ["depends_on"] = topic.Kind,
                ["count"] = remarks.Count(remark => remark.Topic == topic),
                ["occasions"] = new JsonArray([.. topic.Occasions.Select(time => JsonValue.Create(Math.Round(time, 2)))]),
            })]),
            ["comments"] = new JsonArray([.. remarks.Select(remark => new JsonObject { ["time"] = remark.Time, ["topic"] = remark.Topic.Name })]),
        };
        return root.ToJsonString(new(TwitchLog.Plain) { WriteIndented = false }) + "\n";
    }
}
