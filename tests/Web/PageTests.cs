using System.Net;
using System.Text.RegularExpressions;
using Twitch.Serving;

namespace Twitch.Web.Tests;

public sealed partial class PageTests
{
    private static readonly string[] Files = [.. typeof(WebPages).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Web/", StringComparison.Ordinal))];

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/overlay", "text/html; charset=utf-8")]
    [InlineData("/web/overlay.css", "text/css; charset=utf-8")]
    [InlineData("/web/console.js", "text/javascript; charset=utf-8")]
    public async Task A_page_comes_with_a_strict_policy(string path, string contentType)
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };

        using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"https?:|\*", policy);
        Assert.Equal(path != "/overlay", policy.Contains("require-trusted-types-for 'script'", StringComparison.Ordinal));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.True(response.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task A_page_that_has_not_changed_is_not_sent_again()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        using HttpResponseMessage first = await client.GetAsync(new Uri("/overlay", UriKind.Relative), TestContext.Current.CancellationToken);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/overlay") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using HttpResponseMessage second = await client.SendAsync(again, TestContext.Current.CancellationToken);
        using var other = new HttpRequestMessage(HttpMethod.Get, "/overlay") { Headers = { IfNoneMatch = { new("\"other\"") } } };
        using HttpResponseMessage third = await client.SendAsync(other, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public void The_console_offers_the_whole_seconds_that_the_server_takes() => Assert.Contains("id=\"every\" type=\"number\" min=\"1\" max=\"3600\" step=\"1\"", Read("Web/console.html"), StringComparison.Ordinal);

    [Fact]
    public void No_script_writes_markup_or_runs_text()
    {
        string[] scripts = [.. Files.Where(file => file.EndsWith(".js", StringComparison.Ordinal))];

        Assert.NotEmpty(scripts);
        Assert.All(scripts, file => Assert.DoesNotMatch(MarkupSinks(), Read(file)));
    }

    [Fact]
    public void No_page_holds_script_or_style_or_another_server()
    {
        string[] pages = [.. Files.Where(file => file.EndsWith(".html", StringComparison.Ordinal))];

        Assert.Equal(2, pages.Length);
        Assert.All(pages, file => Assert.DoesNotMatch(InlineCode(), Read(file)));
        Assert.All(Files.Except(["Web/icon.svg"]), file => Assert.DoesNotMatch(@"(src|href|url|import|fetch)\W{1,3}(https?:)?//", Read(file)));
    }

    [Fact]
    public void Every_file_that_is_named_is_there()
    {
        string[] named = [.. Files.SelectMany(file => NamedFile().Matches(Read(file)).Select(match => "Web/" + match.Groups[1].Value)).Distinct()];

        Assert.True(named.Length >= 8, string.Join(" ", named));
        Assert.Empty(named.Except(Files));
    }

    private static string Read(string file)
    {
        using var reader = new StreamReader(typeof(WebPages).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|createContextualFragment|DOMParser|srcdoc|\beval\b|new Function|setAttribute\(""(on|style)|localStorage|document\.cookie")]
    private static partial Regex MarkupSinks();

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"""(?:web/|\./)([a-z.]+\.(?:js|css|svg))""")]
    private static partial Regex NamedFile();
}
