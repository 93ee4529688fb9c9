#!/usr/bin/env dotnet
#:property Configuration=Release
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RestoreLockedMode=false
#:project ../src/Training/Training.csproj

// Writes what the frozen ResNet-18 shows of its channels over pictures and sounds: what its int8 graphs are made with.
//   dotnet run build/calibrate-resnet18.cs -- FRAMES MEL OUT    (raw u8 [n, 224, 224, 3] RGB; raw f32 [n, 62, 64] log-mel; a folder)
// Beside what is given it looks at pictures and sounds that it draws: even, noisy, and with the spectrum of a photograph, 1 / frequency.
using System.Runtime.InteropServices;
using Twitch;
using Twitch.Export.Perception;
using Twitch.Training.Perception;

const int Size = ResNet18Files.Size, FrameBytes = Size * Size * FrameSpec.Channels, MelFloats = SecondOfMel.StepCount * SecondOfMel.FilterCount;
if (args is not [string frameFile, string melFile, string folder])
{
    Console.Error.WriteLine("usage: dotnet run build/calibrate-resnet18.cs -- FRAMES MEL OUT");
    return 2;
}

var random = new Random(7);
ResNet18Files files = ResNet18Files.Open(ResNet18Files.DefaultFolder);
byte[][] frames = [.. File.ReadAllBytes(frameFile).Chunk(FrameBytes), .. Enumerable.Range(0, 24).Select(DrawnFrame)];
float[][] sounds = [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(melFile)).ToArray().Chunk(MelFloats), .. Enumerable.Range(0, 24).Select(DrawnSound)];
StatisticsFile.Write(Path.Combine(folder, ResNet18Files.EyesStatisticsFile), GraphCalibration.Observe(EyesGraph.Of(files), frames));
StatisticsFile.Write(Path.Combine(folder, ResNet18Files.EarsStatisticsFile), GraphCalibration.Observe(EarsGraph.Of(files), sounds));
Console.WriteLine($"{frames.Length} frames, {sounds.Length} seconds of sound");
return 0;

byte[] DrawnFrame(int index)
{
    float[] plane = Octaves(Size, Size, evenness: index % 4 / 2f);
    var frame = new byte[FrameBytes];
    float[] colour = [.. Enumerable.Range(0, FrameSpec.Channels).Select(_ => 64 + 128 * random.NextSingle())], gain = [.. colour.Select(_ => 90 * random.NextSingle())];
    for (int i = 0; i < FrameBytes; i++)
        frame[i] = (byte)Math.Clamp(index < 4 ? index * 85 : colour[i % 3] + gain[i % 3] * plane[i / 3], 0, 255);
    return frame;
}

float[] DrawnSound(int index)
{
    float[] plane = Octaves(SecondOfMel.StepCount, SecondOfMel.FilterCount, evenness: index % 4 / 2f);
    float level = index == 0 ? MathF.Log(MelSpec.Floor) : -16 + 20 * random.NextSingle(), gain = index == 0 ? 0 : 4 * random.NextSingle();
    return [.. plane.Select(value => level + gain * value)];
}

// Noise of every coarseness; each halving of it weighs 2^-evenness as much.
float[] Octaves(int height, int width, float evenness)
{
    var plane = new float[height * width];
    float weight = 1, total = 0;
    for (int cell = 112; cell >= 1; cell /= 2, weight *= MathF.Pow(2, -evenness))
    {
        var noise = new float[(height / cell + 2) * (width / cell + 2)];
        for (int i = 0; i < noise.Length; i++)
            noise[i] = 2 * random.NextSingle() - 1;
        for (int i = 0; i < plane.Length; i++)
            plane[i] += weight * noise[i / width / cell * (width / cell + 2) + i % width / cell];
        total += weight * weight;
    }
    return [.. plane.Select(value => value / MathF.Sqrt(total / 3))];
}
