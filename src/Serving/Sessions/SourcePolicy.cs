using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Twitch.Media;
using Twitch.Runtime;

namespace Twitch.Serving.Sessions;

/// <summary>Which sources a request may name. None, unless the options do: what reads a source is a program on this machine, and would reach what
/// the one who asks cannot.</summary>
/// <remarks>A source whose host an option names may have a private address. Where only the scheme is named, its host must have public ones. That is looked
/// up here, for an answer at once, and again where it counts: when <see cref="Net.SourceProxy"/> connects.</remarks>
internal sealed partial class SourcePolicy(IOptions<ServeOptions> options, Net.ResolveHost resolve, StreamResolver? resolver = null)
{
    private const int MostLinks = 40;    // as many as Linux follows

    private readonly AllowedSource[] _allowed = [.. options.Value.AllowedSources.Select(text => AllowedSource.TryParse(text)!)];

    /// <exception cref="Http.ProblemException">It is none, or may not be watched.</exception>
    public async Task<StreamSource> CheckAsync(string? text, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(text))
            throw Http.ProblemException.BadRequest("the source is missing; give \"source\": a URL, or a file of the media folder.", null, "source");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Http.ProblemException.BadRequest("the source holds a NUL, which no URL and no file name does.", null, "a URL, or a file of the media folder");
        if (PageOf(text) is { } page)
            return CheckPage(page);
        if (text.Contains("://", StringComparison.Ordinal))
            return await CheckAddressAsync(text, cancellation);
        if (text == "-")
            throw Refused(text, "the server's stdin is no source");
        if (text.StartsWith("camera:", StringComparison.Ordinal) || text.StartsWith("/dev/video", StringComparison.Ordinal))
            return CheckDevice(text, "camera", Camera(), "a camera; give camera:0 or /dev/video0");
        if (text.StartsWith("screen:", StringComparison.Ordinal))
            return CheckDevice(text, "screen", Screen(), "a display of this machine; give screen: or screen::0.0");
        return CheckFile(text);
    }

    /// <summary>What finds out for every connection where a page's stream plays; null for a source that is no page.</summary>
    /// <remarks>The programs that are asked go to Twitch and YouTube alone; where these say a stream plays is then held to the rules of any source: http or
    /// https, through the proxy, and a public address unless an option names the host.</remarks>
    public Func<CancellationToken, Task<StreamSource>>? ResolverOf(string? text) => PageOf(text ?? "") is not { } page ? null : async cancellation =>
    {
        string found = await (resolver ?? new StreamResolver()).FindAsync(page, StreamResolver.UsualQualities, cancellation);
        try
        {
            if (!Uri.TryCreate(found, UriKind.Absolute, out Uri? address))
                throw new TwitchException($"{page}: it plays at no address that can be read.", ExitCode.SourceLost);
            if (!NamesHostOf(address))
                await CheckPublicAsync(address, cancellation);
            return StreamSource.Parse(address.AbsoluteUri);
        }
        catch (Http.ProblemException e)
        {
            throw new TwitchException($"{page} plays at an address that may not be watched: {e.Message}", ExitCode.SourceLost);
        }
    };

    private static StreamPage? PageOf(string text) => StreamPage.TryParse(text) is { IsPlaylist: false } page ? page : null;

    private StreamSource CheckPage(StreamPage page)
    {
        var address = new Uri(page.Address);
        return _allowed.Any(allowed => allowed.Covers(address)) ? StreamSource.Parse(page.Address)
            : throw Refused(page.Address, $"start the server with --allow-source {address.Scheme}: or --allow-source {address.Scheme}://{address.Authority}/ if it may be watched");
    }

    // Only what has the form of a device: another path would be a file, and another display another machine's.
    private StreamSource CheckDevice(string text, string scheme, Regex form, string wanted)
    {
        if (!_allowed.Any(allowed => allowed.Scheme == scheme && !allowed.NamesHost))
            throw Refused(text, $"start the server with --allow-source {scheme}: if it may be watched");
        return form.IsMatch(text) ? StreamSource.Parse(text) : throw Refused(text, $"it is not {wanted}");
    }

    private async Task<StreamSource> CheckAddressAsync(string text, CancellationToken cancellation)
    {
        // Programs disagree on what such signs mean in an address, and so on its host.
        if (text.Any(sign => sign is <= ' ' or '\\' or '`' or >= (char)127) || !Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
            throw Http.ProblemException.BadRequest("the source is no URL.", text, "scheme://host/path");
        if (address.UserInfo.Length > 0)
            throw Http.ProblemException.BadRequest("the source holds a user name; it would reach logs and lists.", null, "a URL without user and password");
        AllowedSource[] covering = [.. _allowed.Where(allowed => allowed.Covers(address))];
        if (covering.Length == 0)
            throw Refused($"{address.Scheme}://{address.Authority}", $"start the server with --allow-source {address.Scheme}: or --allow-source {address.Scheme}://{address.Authority}/ if it may be watched");
        if (!covering.Any(allowed => allowed.NamesHost))
            await CheckPublicAsync(address, cancellation);
        return StreamSource.Parse(address.AbsoluteUri);
    }

    private async Task CheckPublicAsync(Uri address, CancellationToken cancellation)
    {
        IPAddress[] found;
        try
        {
            found = await resolve(address.DnsSafeHost, cancellation);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)    // the second of 0.0.0.0, [::] and names that are too long
        {
            throw new Http.ProblemException(StatusCodes.Status422UnprocessableEntity, "source", $"the source's host '{address.Host}' cannot be found: {e.Message}");
        }
        if (found.FirstOrDefault(ip => !Net.PublicAddress.Is(ip)) is { } inside)
            throw Refused($"{address.Scheme}://{address.Authority}", $"its address {inside} is not a public one, or is of this machine's network; name the host with --allow-source {address.Scheme}://{address.Authority}/ if it may be watched");
    }

    /// <summary>Whether an option names the place that a source leads to, so that its host may have a private address.</summary>
    /// <param name="target">Where it leads.</param>
    public bool NamesHostOf(Uri target) => _allowed.Any(allowed => allowed.NamesHost && allowed.Covers(target));

    private StreamSource CheckFile(string text)
    {
        if (options.Value.MediaFolder is not { } folder)
            throw Refused(text, "files are no sources here; start the server with --media FOLDER, and give the name of a file in it");
        string root, path;
        try
        {
            root = RealPath(Path.GetFullPath(folder));
            path = RealPath(Path.GetFullPath(text, root));
        }
        catch (IOException e)
        {
            throw new Http.ProblemException(StatusCodes.Status422UnprocessableEntity, "source", $"'{text}' of the media folder cannot be followed to a file: {e.Message}", text);
        }
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Refused(text, "it is not in the media folder");
        return File.Exists(path) ? StreamSource.Parse(path) : throw new Http.ProblemException(StatusCodes.Status422UnprocessableEntity, "source", $"there is no file '{text}' in the media folder.", text);
    }

    // Every link on the way is followed; links that lead to themselves have no end.
    private static string RealPath(string path, int followed = 0)
    {
        string real = "/";
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new FileInfo(real).LinkTarget is null)
                continue;
            if (followed == MostLinks)
                throw new IOException($"more than {MostLinks} links lead from one to the next.");
            real = RealPath(new FileInfo(real).ResolveLinkTarget(returnFinalTarget: true)!.FullName, followed + 1);
        }
        return real;
    }

    private static Http.ProblemException Refused(string source, string why) => new(StatusCodes.Status403Forbidden, "source", $"'{source}' may not be watched: {why}.", source);

    [GeneratedRegex(@"\A(?:camera:|/dev/video)[0-9]{1,3}\z")]
    private static partial Regex Camera();

    [GeneratedRegex(@"\Ascreen:(?::[0-9]+(?:\.[0-9]+)?)?\z")]
    private static partial Regex Screen();
}
