using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>A file beside several models that holds their large constants, each once: models that were made of one network share its weights.</summary>
/// <param name="path">The file; created, or written anew, in the folder of the models.</param>
public sealed class SharedWeights(string path) : IDisposable
{
    // Where ONNX asks external tensors to begin so that they can be mapped is a multiple of this; what is smaller is not worth a page.
    private const int Alignment = 4096;

    private readonly FileStream _data = File.Create(path);
    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);    // by hash

    /// <summary>Moves a constant's bytes into the file, if it is large.</summary>
    /// <param name="tensor">Changed: it says where its bytes are.</param>
    internal void Take(TensorProto tensor)
    {
        ByteString bytes = tensor.RawData;
        if (bytes.Length < Alignment)
            return;
        string hash = Convert.ToHexString(SHA256.HashData(bytes.Span));
        if (!_offsets.TryGetValue(hash, out long offset))
        {
            offset = _data.Position = (_data.Length + Alignment - 1) / Alignment * Alignment;
            _offsets[hash] = offset;
            _data.Write(bytes.Span);
        }
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(Entry("location", Path.GetFileName(path)));
        tensor.ExternalData.Add(Entry("offset", offset.ToString(CultureInfo.InvariantCulture)));
        tensor.ExternalData.Add(Entry("length", bytes.Length.ToString(CultureInfo.InvariantCulture)));

        static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
    }

    /// <summary>Ends the file.</summary>
    public void Dispose() => _data.Dispose();
}
