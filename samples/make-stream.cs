#!/usr/bin/env dotnet
#:property Configuration=Release
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false

// Makes the sample stream: a recording, its chat log, and the truth about both. Everything is drawn from one seed.
//   dotnet run samples/make-stream.cs -- OUT
using Maker;

const int Seed = 50, Width = 320, Height = 180, FramesPerSecond = 10;

if (args is not [string folder])
{
    Console.Error.WriteLine("usage: dotnet run samples/make-stream.cs -- OUT    (the folder that the three files go to)");
    return 2;
}
Directory.CreateDirectory(folder);

var plan = new Plan(Seed);
List<Line> lines = Chat.Draw(plan, Seed);
Check(plan, lines);
double cut = Plan.TrainingShare * plan.Length;
Floor floor = Floor.Of(plan, lines, cut);

File.WriteAllText(Path.Combine(folder, "stream.chat.json"), TwitchLog.ToJson([.. lines.Select(line => (line.Time, line.Author, line.Text))], plan.Length, "A made-up stream", "Made-up Runner"));
File.WriteAllText(Path.Combine(folder, "truth.json"), Truth.ToJson(plan, lines, floor));
var canvas = new Canvas(Width, Height);
var scenes = new Scenes(plan, canvas);
Recorder.Record(Path.Combine(folder, "stream.mp4"), canvas, scenes.Paint, FramesPerSecond, plan.Length, new Synthesizer(plan).ToPcm(), Synthesizer.SampleRate,
    ["-preset", "slow", "-tune", "animation", "-crf", "33", "-g", "100"], "24k");

Console.WriteLine($"{plan.Length} s, {lines.Count(l => l.Cause is not null)} comments and {lines.Count(l => l.Cause is null)} lines to filter");
Console.WriteLine($"{"cause",-24} {"depends on",-11} {"before",6} {"after",6}   (the cut is at {cut:F1} s)");
foreach (Cause cause in Causes.All)
    Console.WriteLine($"{cause.Name,-24} {cause.Kind,-11} {lines.Count(l => l.Cause == cause && l.Time < cut),6} {lines.Count(l => l.Cause == cause && l.Time >= cut),6}");
Console.WriteLine($"{lines.Where(l => l.Cause is not null).SelectMany(l => Causes.Words(l.Text)).Distinct().Count()} words; perplexity floor per token in the last part: "
    + $"{floor.SeenAndHeard} with picture and sound, {floor.SeenOnly} picture alone, {floor.HeardOnly} sound alone, {floor.Neither} neither");
return 0;

// What the demo relies on.
static void Check(Plan plan, List<Line> lines)
{
    double cut = Plan.TrainingShare * plan.Length;
    foreach (Cause cause in Causes.All.Where(c => c.Kind != "none"))
    {
        int before = cause.Occasions(plan).Count(o => o.End <= cut), after = cause.Occasions(plan).Count(o => o.Start >= cut);
        Require(before >= 5 && after >= 2, $"'{cause.Name}' occurs {before} times before {cut} s and {after} times after; 5 and 2 are needed");

        HashSet<string> own = [.. Causes.OwnWords(cause)];
        foreach (string text in cause.Comments.Keys)
            Require(Causes.Words(text).Any(own.Contains), $"'{text}' has no word that only '{cause.Name}' has");
    }
    Require(lines.All(l => l.Cause is null || l.Cause.RateAt(l.Time, plan) > 0), "a comment has no cause at its time");
    Require(!Causes.Chatter.Comments.Keys.Intersect(Causes.All.Where(c => c != Causes.Chatter).SelectMany(c => c.Comments.Keys)).Any(), "chatter repeats a reaction");

    static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }
}
