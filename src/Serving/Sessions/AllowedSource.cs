namespace Twitch.Serving.Sessions;

/// <summary>A scheme, or a scheme, a host and the beginning of a path, that may be watched.</summary>
internal sealed record AllowedSource(string Scheme, string? Host, int Port, string Path)
{
    /// <summary>Reads <c>https:</c>, <c>rtmp://ingest.example/app/</c>, <c>camera:</c>; null if it is none.</summary>
    public static AllowedSource? TryParse(string text)
    {
        if (text.EndsWith(':') && text.Length > 1 && text[..^1].All(sign => char.IsAsciiLetterOrDigit(sign)))
            return new AllowedSource(text[..^1].ToLowerInvariant(), null, -1, "");
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 && text.Contains("://", StringComparison.Ordinal) && uri.UserInfo.Length == 0
            ? new AllowedSource(uri.Scheme, uri.IdnHost, uri.Port, uri.AbsolutePath)
            : null;
    }

    /// <summary>Whether it names this very host, so that a private address is meant.</summary>
    public bool NamesHost => Host is not null;

    /// <summary>Compares the parts of an address, never its text: <c>https://good.example</c> is no beginning of <c>https://good.example.evil</c>.</summary>
    public bool Covers(Uri address) => address.Scheme == Scheme && (Host is null || (address.IdnHost == Host && address.Port == Port && (address.AbsolutePath == Path || address.AbsolutePath.StartsWith(Path.EndsWith('/') ? Path : Path + "/", StringComparison.Ordinal))));

    /// <summary>Whether every source of it can be kept from private addresses: http and https go through our proxy; of what connects by itself, a host must be named.</summary>
    public bool IsEnforced => NamesHost || Scheme is "http" or "https" or "camera" or "screen";
}
