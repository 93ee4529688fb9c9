using System.Collections.Concurrent;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Twitch.Web.Tests.Chromium))]

namespace Twitch.Web.Tests;

/// <summary>The machine's own Chromium, started once for all tests: $CHROMIUM, or where Debian and Google put it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string?[] Places =
        [Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly string? _path = Places.FirstOrDefault(File.Exists);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (_path is null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = _path });
    }

    /// <summary>A tab of its own, with nothing kept from another test; skips the test where there is no Chromium.</summary>
    public async Task<Tab> OpenAsync(int width = 1280, int height = 800, ReducedMotion motion = ReducedMotion.NoPreference, float scale = 1)
    {
        Assert.SkipWhen(_browser is null, "no Chromium: install one (apt-get install chromium), or name it in CHROMIUM");
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = motion,
            DeviceScaleFactor = scale,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);
        return new Tab(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A page, and what it must not do: dialogs, script errors, breaches of its policy.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Tab(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Dialog += async (_, dialog) =>
        {
            Faults.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.PageError += (_, error) => Faults.Enqueue($"error: {error}");
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal) || message.Text.Contains("requires 'Trusted", StringComparison.Ordinal))
                Faults.Enqueue($"policy: {message.Text}");
        };
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Faults { get; } = [];

    public ILocatorAssertions Expect(string selector) => Assertions.Expect(Page.Locator(selector));

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
