using Microsoft.Playwright;

namespace Speechmatics.Speech.ServerTests.Pages;

/// <summary>The machine's own Chromium, headless, with a recording for a microphone. Tests are skipped where there is none.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>What the pages complained of: script errors and loads that failed.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<Browser> StartAsync(string microphone)
    {
        var program = Programs.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "Chromium is absent (apt-get install chromium)");
        try
        {
            var playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", $"--use-file-for-fake-audio-capture={microphone}"],
            });
            return new Browser(playwright, browser);
        }
        catch (PlaywrightException exception) when (exception.Message.Contains("Driver", StringComparison.Ordinal))
        {
            Assert.Skip($"Playwright's driver does not run here: {exception.Message}");
            throw;
        }
    }

    public async Task<IPage> OpenAsync(Uri address)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { Permissions = ["microphone"], ViewportSize = new ViewportSize { Width = 1100, Height = 800 } });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        page.PageError += (_, error) => Problems.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error") Problems.Add(message.Text);
        };
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Whether pictures are asked for, which may then take longer to be worth a look.</summary>
    public static bool TakesPictures => Environment.GetEnvironmentVariable("SPEECH_SCREENSHOTS") is { Length: > 0 };

    public async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SPEECH_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Path.GetFullPath(folder, Repository.Root), $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
