#!/usr/bin/env dotnet
#:property Configuration=Release
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false

// Makes a chat that looks like a real one, for a recording that has nothing to do with it: to compare what networks and n-grams make of language.
//   dotnet run samples/make-chat.cs -- OUT.json.gz [SECONDS] [SEED]
using System.IO.Compression;
using Maker;
using Maker.Lively;

if (args.Length is < 1 or > 3)
{
    Console.Error.WriteLine("usage: dotnet run samples/make-chat.cs -- OUT.json.gz [SECONDS] [SEED]");
    return 2;
}
double length = args.Length > 1 ? double.Parse(args[1], null) : 2880;
int seed = args.Length > 2 ? int.Parse(args[2], null) : 7;

IReadOnlyList<Maker.Lively.Line> lines = new LivelyChat(seed, people: 400).Draw(length, rate: 0.6);
using (var log = new StreamWriter(new GZipStream(File.Create(args[0]), CompressionLevel.SmallestSize)))
    log.Write(TwitchLog.ToJson([.. lines.Select(line => (line.Time, line.Author, line.Text))], length, "A lively chat", "Nothing"));

double cut = 0.7 * length;
HashSet<string> before = [.. lines.Where(line => line.Time < cut).Select(line => line.Text.ToLowerInvariant())];
HashSet<string> known = [.. before.SelectMany(text => text.Split(' '))];
string[] after = [.. lines.Where(line => line.Time >= cut).Select(line => line.Text.ToLowerInvariant())];
string[] words = [.. after.SelectMany(text => text.Split(' '))];
Console.WriteLine($"{lines.Count} comments by {lines.Select(line => line.Author).Distinct().Count()} people in {length} s, {before.Count} different ones before {cut} s");
Console.WriteLine($"after {cut} s: {after.Length} comments, {(double)after.Count(before.Contains) / after.Length:0.0%} of them said before, {(double)words.Length / after.Length:0.00} words each, {(double)words.Count(word => !known.Contains(word)) / words.Length:0.0%} of the words new");
foreach (IGrouping<Manner, Maker.Lively.Line> manner in lines.GroupBy(line => line.Manner))
    Console.WriteLine($"{manner.Key,-10} {manner.Count(),5}   {manner.Skip(manner.Count() / 2).First().Text}");
return 0;
