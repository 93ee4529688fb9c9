using System.Text.Json.Nodes;

namespace Maker.Arena;

/// <summary>Writes what the maker knows of the arena.</summary>
internal static class ArenaTruth
{
    public static string ToJson(ArenaChat chat, IReadOnlyList<Said> lines, ArenaFloor floor, double from)
    {
        var root = new JsonObject
        {
            ["length"] = chat.Plan.Length,
            ["last_part"] = new JsonObject
            {
                ["from"] = from,
                ["comments"] = lines.Count(line => line.Time >= from),
                ["perplexity_floor"] = new JsonObject { ["nothing"] = floor.Nothing, ["seen_and_heard"] = floor.Stream, ["seen_heard_and_past_chat"] = floor.StreamAndChat },
                ["times_nats_per_comment"] = new JsonObject
                {
                    ["constant_rate"] = floor.Times.Constant,
                    ["mean_of_last_minute"] = floor.Times.LastMinute,
                    ["seen_and_heard"] = floor.Times.Stream,
                    ["seen_heard_and_past_chat"] = floor.Times.StreamAndChat,
                },
            },
            ["reactions"] = new JsonArray([.. chat.Reactions.Select(reaction => new JsonObject
            {
                ["name"] = reaction.Name,
                ["depends_on"] = reaction.Kind,
                ["count"] = lines.Count(line => line.Source == reaction.Name),
                ["occasions"] = new JsonArray([.. reaction.Occasions.Select(time => JsonValue.Create(Math.Round(time, 2)))]),
            })]),
        };
        return root.ToJsonString(new(TwitchLog.Plain) { WriteIndented = false }) + "\n";
    }
}
