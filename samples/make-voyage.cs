#!/usr/bin/env dotnet
#:property Configuration=Release
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false

// Makes the long stream: an hour to learn from and a quarter of an hour to be judged by, its chat log, and the truth about both. Everything is
// drawn from one seed.
//   dotnet run samples/make-voyage.cs -- OUT
using System.IO.Compression;
using Maker;
using Maker.Voyage;

const int Seed = 29, Width = 256, Height = 144, FramesPerSecond = 5;
const double Length = 4500, LastPart = 3600;

if (args is not [string folder])
{
    Console.Error.WriteLine("usage: dotnet run samples/make-voyage.cs -- OUT    (the folder that the three files go to)");
    return 2;
}
Directory.CreateDirectory(folder);

var plan = new VoyagePlan(Seed, Length);
var chat = new VoyageChat(plan);
List<Remark> remarks = chat.Draw(Seed, TwitchLog.Viewers(new Random(Seed)));
VoyageFloor floor = VoyageFloor.Of(chat, remarks, LastPart);

using (var log = new StreamWriter(new GZipStream(File.Create(Path.Combine(folder, "voyage.chat.json.gz")), CompressionLevel.SmallestSize)))
    log.Write(TwitchLog.ToJson([.. remarks.Select(remark => (remark.Time, remark.Author, remark.Text))], Length, "A made-up voyage", "Made-up Sea"));
File.WriteAllText(Path.Combine(folder, "voyage.truth.json"), VoyageTruth.ToJson(chat, remarks, floor, LastPart));

Console.WriteLine($"{Length} s, {remarks.Count} comments, {remarks.Count(remark => remark.Time < LastPart)} of them before {LastPart} s; "
    + $"{remarks.SelectMany(remark => remark.Words).Distinct().Count()} words, {remarks.Select(remark => remark.Text).Distinct().Count()} different comments");
Console.WriteLine($"{"topic",-24} {"depends on",-11} {"occasions",9} {"before",6} {"after",6}");
foreach (Topic topic in chat.Topics)
    Console.WriteLine($"{topic.Name,-24} {topic.Kind,-11} {topic.Occasions.Count,9} {remarks.Count(r => r.Topic == topic && r.Time < LastPart),6} {remarks.Count(r => r.Topic == topic && r.Time >= LastPart),6}");
Console.WriteLine($"perplexity floor per token in the last part: {floor.SeenAndHeard} with picture and sound, {floor.SeenOnly} picture alone, "
    + $"{floor.HeardOnly} sound alone, {floor.Neither} neither; {floor.BitsPerCharacter} bits a character");
Console.WriteLine("nats per comment: " + string.Join(", ", floor.NatsByKind.Select(pair => $"{pair.Key} {pair.Value}")));

var canvas = new Canvas(Width, Height);
Recorder.Record(Path.Combine(folder, "voyage.mp4"), canvas, new VoyageScenes(plan, canvas).Paint, FramesPerSecond, Length, VoyageSound.ToPcm(plan), VoyageSound.SampleRate,
    ["-preset", "medium", "-crf", "30", "-g", "25"], "32k");
return 0;
