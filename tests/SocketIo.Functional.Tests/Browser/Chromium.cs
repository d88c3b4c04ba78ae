using Microsoft.Playwright;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>A headless Chromium of the system's, with a profile of its own.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright _playwright;
    private readonly IBrowserContext _context;
    private readonly string _profile;

    private Chromium(IPlaywright playwright, IBrowserContext context, string profile)
    {
        _playwright = playwright;
        _context = context;
        _profile = profile;
    }

    public static async Task<Chromium> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("chromium-").FullName;
        var playwright = await Playwright.CreateAsync().WithDeadline();
        var context = await playwright.Chromium.LaunchPersistentContextAsync(profile, new()
        {
            ExecutablePath = Find(),
            Headless = true,
            ViewportSize = new() { Width = 900, Height = 640 },
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        }).WithDeadline(TimeSpan.FromMinutes(1));
        context.SetDefaultTimeout((float)Deadlines.Default.TotalMilliseconds);
        return new Chromium(playwright, context, profile);
    }

    public async Task<IPage> OpenAsync(string address)
    {
        var page = await _context.NewPageAsync().WithDeadline();
        await page.GotoAsync(address).WithDeadline();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync().WithDeadline();
        _playwright.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private static string Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("No Chromium was found; the README's test command installs it.");
    }
}
