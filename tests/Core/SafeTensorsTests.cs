using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace Twitch.Tests;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("twitch").FullName, "model.safetensors");

    [Fact]
    public void What_was_written_is_read_back()
    {
        float[] weights = [1.5f, -2, float.NaN, 0, 5, 6];
        new SafeTensorsWriter().WithMetadata("made_by", "a test").Add("w", weights, 2, 3).Add("ids", new long[] { 7, 8 }, 2)
            .Add("bytes", new byte[] { 1, 2, 3 }, 3).Add("none", Array.Empty<float>(), 0, 4).Save(_path);

        using SafeTensors file = SafeTensors.Open(_path);

        Assert.Equal("a test", file.Metadata["made_by"]);
        Assert.Equal([2, 3], file.Find("w").Shape);
        Assert.Equal(weights, file.Read<float>("w").ToArray());
        Assert.Equal([7, 8], file.Read<long>("ids").ToArray());
        Assert.Equal([1, 2, 3], file.Read<byte>("bytes").ToArray());
        Assert.Empty(file.Read<float>("none").ToArray());
    }

    [Fact]
    public void A_file_that_PyTorch_wrote_is_read()
    {
        using SafeTensors file = SafeTensors.Open("Fixtures/seed_tiny.safetensors");

        Assert.Equal("29", file.Metadata["vocabulary"]);
        Assert.Equal([29, 12], file.Find("decoder.embedding.weight").Shape);
        Assert.All(file.Read<float>("decoder.embedding.weight").ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        new SafeTensorsWriter().Add("w", new float[1], 1).Save(_path);
        using SafeTensors file = SafeTensors.Open(_path);

        var error = Assert.Throws<TwitchException>(() => file.Read<float>("v"));

        Assert.Contains("tensor 'v' is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_type_than_the_file_has_is_refused()
    {
        new SafeTensorsWriter().Add("w", new float[1], 1).Save(_path);
        using SafeTensors file = SafeTensors.Open(_path);

        var error = Assert.Throws<TwitchException>(() => file.Read<long>("w"));

        Assert.Contains("has type F32; I64 is needed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "neither overlap nor leave a gap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "neither overlap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "the file goes on to")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "within the 8 after the header")]
    [InlineData("""{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}""", 2, "dtype 'BF16'")]
    [InlineData("""{"w":{"dtype":"3","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype '3'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "header is not what it should be")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, "[-1, -1]")]
    [InlineData("""{"w":{"shape":[1],"data_offsets":[0,4]}}""", 4, "header is not what it should be")]
    [InlineData("""[]""", 0, "header is not what it should be")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, string message)
    {
        var file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        Encoding.UTF8.GetBytes(header, file.AsSpan(8));
        File.WriteAllBytes(_path, file);

        var error = Assert.Throws<TwitchException>(() => SafeTensors.Open(_path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("offset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_header_is_reported_with_its_offset()
    {
        File.WriteAllBytes(_path, [200, 0, 0, 0, 0, 0, 0, 0, (byte)'{']);

        var error = Assert.Throws<TwitchException>(() => SafeTensors.Open(_path));

        Assert.Contains("(offset 0): the header's length is 200 bytes, and 1 follow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mutated_file_is_read_or_refused_but_never_crashes()
    {
        new SafeTensorsWriter().WithMetadata("k", "v").Add("w", new float[] { 1, 2, 3, 4 }, 2, 2).Add("ids", new long[] { 7 }, 1).Save(_path);
        byte[] good = File.ReadAllBytes(_path);

        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bad = [.. good];
            bad[at] = value;
            string path = Path.Combine(Path.GetDirectoryName(_path)!, Guid.NewGuid().ToString("N"));
            File.WriteAllBytes(path, bad.AsSpan(0, length).ToArray());
            try
            {
                using SafeTensors file = SafeTensors.Open(path);
                foreach (TensorInfo tensor in file.Tensors.Values.Where(tensor => tensor.Type == TensorType.F32))
                    _ = file.Read<float>(tensor.Name).ToArray();
            }
            catch (TwitchException)
            {
            }
            finally
            {
                File.Delete(path);
            }
        }, iter: 2000, seed: "0000KOIKFJmN", threads: 1);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
}
