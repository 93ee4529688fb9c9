using System.Text.Json.Nodes;

namespace Maker;

/// <summary>Writes what the maker knows: what is shown and heard when, and which comments fit it.</summary>
internal static class Truth
{
    public static string ToJson(Plan plan, IReadOnlyList<Line> lines, Floor floor)
    {
        var root = new (string Name, object Value)[]
        {
            ("length", Number(plan.Length)),
            ("first_reaction", Number(Cause.FirstReaction)),
            ("last_lively", Number(Cause.LastLively)),
            ("last_reaction", Number(Cause.LastReaction)),
            ("seen", plan.Pictures.Select(s => Span(s.Start, s.End, "what", s.What.ToString()))),
            ("heard", plan.Sounds.Select(s => Span(s.Start, s.End, "what", s.What.ToString()))),
            ("expected", Causes.All.Where(c => c.Kind != "none")
                .SelectMany(c => c.Occasions(plan).Select(o => (o.Start, o.End, c.Name))).OrderBy(o => o.Start)
                .Select(o => Span(o.Start + Cause.FirstReaction, Math.Min(plan.Length, o.End + Cause.LastReaction), "cause", o.Name))),
            ("causes", Causes.All.Select(c => new JsonObject
            {
                ["name"] = c.Name,
                ["depends_on"] = c.Kind,
                ["seen"] = c.Seen?.ToString(),
                ["heard"] = c.Heard?.ToString(),
                ["rate"] = c.Rate,
                ["count"] = lines.Count(l => l.Cause == c),
                ["own_words"] = new JsonArray([.. Causes.OwnWords(c).Select(w => JsonValue.Create(w))]),
                ["comments"] = new JsonObject(c.Comments.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Math.Round(p.Value, 4)))),
            })),
            ("perplexity_floor_of_last_part", new JsonObject
            {
                ["seen_and_heard"] = Number(floor.SeenAndHeard),
                ["seen_only"] = Number(floor.SeenOnly),
                ["heard_only"] = Number(floor.HeardOnly),
                ["neither"] = Number(floor.Neither),
            }),
        };
        return "{\n" + string.Join(",\n", root.Select(entry => $"\"{entry.Name}\": {Text(entry.Value)}")) + "\n}\n";
    }

    // A list has one item a line.
    private static string Text(object value) => value is IEnumerable<JsonObject> list
        ? "[\n" + string.Join(",\n", list.Select(item => item.ToJsonString(TwitchLog.Plain))) + "\n]"
        : ((JsonNode)value).ToJsonString(TwitchLog.Plain);

    private static JsonObject Span(double start, double end, string name, string value) =>
        new() { ["start"] = Math.Round(start, 3), ["end"] = Math.Round(end, 3), [name] = value };

    private static JsonValue Number(double value) => JsonValue.Create(value);
}
