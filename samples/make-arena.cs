#!/usr/bin/env dotnet
#:property Configuration=Release
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false

// Makes the demanding stream: a recording, its chat log, and the truth about both. Everything is drawn from one seed.
//   dotnet run samples/make-arena.cs -- OUT
using System.IO.Compression;
using Maker;
using Maker.Arena;

const int Seed = 71, Width = 160, Height = 90, FramesPerSecond = 5;
const double Length = 1920, LastPart = 0.7 * Length;

if (args is not [string folder])
{
    Console.Error.WriteLine("usage: dotnet run samples/make-arena.cs -- OUT    (the folder that the three files go to)");
    return 2;
}
Directory.CreateDirectory(folder);

var plan = new ArenaPlan(Seed, Length);
var chat = new ArenaChat(plan);
List<Said> lines = chat.Draw(Seed, TwitchLog.Viewers(new Random(Seed)));
ArenaFloor floor = ArenaFloor.Of(chat, lines, LastPart);

using (var log = new StreamWriter(new GZipStream(File.Create(Path.Combine(folder, "arena.chat.json.gz")), CompressionLevel.SmallestSize)))
    log.Write(TwitchLog.ToJson([.. lines.Select(line => (line.Time, line.Author, line.Text))], Length, "A made-up arena", "Made-up Arena"));
File.WriteAllText(Path.Combine(folder, "arena.truth.json"), ArenaTruth.ToJson(chat, lines, floor, LastPart));
var canvas = new Canvas(Width, Height);
Recorder.Record(Path.Combine(folder, "arena.mp4"), canvas, new ArenaScenes(plan, canvas).Paint, FramesPerSecond, Length, ArenaSound.ToPcm(plan), ArenaSound.SampleRate,
    ["-preset", "medium", "-crf", "30", "-g", "50"], "32k");

Console.WriteLine($"{Length} s, {lines.Count} comments, {lines.Count(line => line.Time < LastPart)} of them before {LastPart} s; "
    + $"{lines.SelectMany(line => line.Words).Distinct().Count()} words");
foreach (IGrouping<string, Said> source in lines.GroupBy(line => line.Source).OrderByDescending(group => group.Count()))
    Console.WriteLine($"{source.Key,-26} {source.Count(),5}   {chat.Reactions.FirstOrDefault(reaction => reaction.Name == source.Key)?.Occasions.Count,4} occasions");
Console.WriteLine(floor);
return 0;
