using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Twitch.Serving.Emotes;

/// <summary>Emotes by name, and their pictures' addresses by id; an id is a digest of the address.</summary>
internal sealed class EmoteMap
{
    private const int MaxEmotes = 10_000;
    private const int MaxNameLength = 64;

    private readonly Dictionary<string, Uri> _addresses = [];

    public static EmoteMap Empty { get; } = new(new Dictionary<string, string>(), [], "");

    /// <param name="emotes">Names and addresses as they stand in the file.</param>
    /// <param name="hosts">Hosts that an address may name.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="TwitchException">A name is no single word, or an address is not one that may be fetched.</exception>
    public EmoteMap(IReadOnlyDictionary<string, string> emotes, IReadOnlyCollection<string> hosts, string path)
    {
        if (emotes.Count > MaxEmotes)
            throw new TwitchException($"{path}: {emotes.Count} emotes; at most {MaxEmotes} are kept, drop the ones that the model does not write.");

        var ids = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string text) in emotes)
        {
            if (name.Length is 0 or > MaxNameLength || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
                throw new TwitchException($"{path}: '{name}' is no emote's name; it must be one word of at most {MaxNameLength} characters.");
            if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || !MayBeFetched(address, hosts))
                throw new TwitchException($"{path}: '{name}' is at '{text}'; it must be an https address at {string.Join(", ", hosts)}.");

            string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)).AsSpan(0, 12));
            _addresses[id] = address;
            ids[name] = id;
        }

        Ids = ids;
    }

    /// <summary>Ids by name, in the order of names.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; }

    public static EmoteMap Read(string path, IReadOnlyCollection<string> hosts) =>
        new(JsonFile.Read(path, EmoteJson.Default.DictionaryStringString), hosts, path);

    public Uri? Find(string id) => _addresses.GetValueOrDefault(id);

    /// <summary>Whether this is https at the usual port of one of the hosts, without a user's name.</summary>
    public static bool MayBeFetched(Uri address, IReadOnlyCollection<string> hosts) =>
        address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort && address.UserInfo.Length == 0
            && hosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Answer of <c>GET /emotes</c>: ids by name.</summary>
internal sealed record EmoteList(IReadOnlyDictionary<string, string> Emotes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(EmoteList))]
internal sealed partial class EmoteJson : JsonSerializerContext;
