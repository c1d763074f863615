using Microsoft.Playwright;
using Speechmatics.Speech.ServerTests.Realtime;

namespace Speechmatics.Speech.ServerTests.Pages;

/// <summary>
/// The web page in a headless Chromium whose microphone is a recording. With SPEECH_SCREENSHOTS set to a folder the pictures are kept there:
/// <c>SPEECH_SCREENSHOTS=artifacts/screenshots dotnet test --project tests/Speechmatics.Speech.ServerTests -- --filter-class "*WebPageTests"</c>.
/// </summary>
public sealed class WebPageTests(SpeechServer server) : IClassFixture<SpeechServer>
{
    [Fact]
    public async Task The_microphone_is_heard_and_its_words_appear()
    {
        await using var browser = await Browser.StartAsync(Clip.Order.FullPath);
        var page = await browser.OpenAsync(server.Address);
        Assert.Equal("standard", await page.InputValueAsync("#model"));
        await page.ClickAsync("#microphone");
        await SeesAsync(page, "#partial", "can i");
        await SeesAsync(page, "#finals", "milk");
        await browser.PictureAsync(page, "microphone");
        await page.ClickAsync("#microphone");
        await SeesAsync(page, "#status", "Finished.");

        var heard = await page.TextContentAsync("#finals");
        // the recording is played in a loop: its first passage counts
        var first = heard![..(heard!.IndexOf("milk", StringComparison.Ordinal) + 4)];
        Assert.True(Clip.Order.ErrorRate(first) <= 0.3, heard);
        Assert.EndsWith(" ms", await page.TextContentAsync("#final-lag"), StringComparison.Ordinal);
        Assert.Contains("confidence", await page.GetAttributeAsync("#finals .word", "title"), StringComparison.Ordinal);
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task A_chosen_file_is_transcribed_with_the_custom_words()
    {
        await using var browser = await Browser.StartAsync(Clip.Order.FullPath);
        var page = await browser.OpenAsync(server.Address);
        await page.ClickAsync("summary");
        await page.FillAsync("#words", "Americano\nmed = medium\nC3PO");
        await page.SetInputFilesAsync("#file", Clip.LongOrder.FullPath);
        await SeesAsync(page, "#status", "Finished.");
        await browser.PictureAsync(page, "file");

        Assert.True(Clip.LongOrder.ErrorRate((await page.TextContentAsync("#finals"))!) <= 0.3);
        Assert.Contains("med roast Americano", await page.TextContentAsync("#finals"), StringComparison.Ordinal);
        Assert.Contains("C3PO", await page.TextContentAsync("#notes"), StringComparison.Ordinal);
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task The_dashboard_shows_what_the_server_does_and_drains_it()
    {
        const string Admin = "the-admin-key-of-the-tests";
        await using var drained = await SpeechServer.StartAsync(options => options.AdminKey = Admin);
        await using var peer = await RealtimePeer.StartAsync(drained.Realtime);
        await peer.SendAsync(Clip.Order.Pcm());
        await using var browser = await Browser.StartAsync(Clip.Order.FullPath);
        var page = await browser.OpenAsync(new Uri(drained.Address, "dashboard"));
        await SeesAsync(page, "figure >> nth=0", "open 1");
        await SeesAsync(page, "figure >> nth=2", "p99");
        await SeesAsync(page, "figure >> nth=8", "waiting 0");
        if (Browser.TakesPictures) await TalkAsync(drained, TimeSpan.FromSeconds(30));
        await browser.PictureAsync(page, "dashboard");

        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.FillAsync("#key", Admin);
        await page.ClickAsync("#drain-button");
        await SeesAsync(page, "#status", "draining");

        Assert.True(drained.Engine.IsDraining);
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task The_enhanced_model_is_offered_where_it_is_loaded()
    {
        await using var enhanced = await SpeechServer.StartAsync(engine: options => options.EnhancedModelPath = null);
        await using var browser = await Browser.StartAsync(Clip.Order.FullPath);
        var page = await browser.OpenAsync(enhanced.Address);
        await page.SetInputFilesAsync("#file", Clip.LongOrder.FullPath);
        await SeesAsync(page, "#status", "Finished.");
        await browser.PictureAsync(page, "enhanced");

        Assert.Equal("enhanced", await page.InputValueAsync("#model"));
        Assert.EndsWith(".", (await page.TextContentAsync("#finals"))!.Trim(), StringComparison.Ordinal);
        Assert.Empty(browser.Problems);
    }

    /// <summary>Some callers at the pace of speech, one more every few seconds, so that a picture has something to show.</summary>
    private static Task TalkAsync(SpeechServer server, TimeSpan time) => Task.WhenAll(Enumerable.Range(0, 6).Select(async index =>
    {
        await Task.Delay(time * (index / 8.0));
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var reading = peer.ReceiveAllAsync();
        var pcm = Clip.LongOrder.Pcm();
        for (var sent = time * (index / 8.0); sent < time; sent += TimeSpan.FromMilliseconds(100))
        {
            await peer.SendAsync(pcm.AsMemory((int)(sent.TotalSeconds * 10) % (pcm.Length / 3200) * 3200, 3200));
            await Task.Delay(100);
        }

        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        await reading;
    }));

    private static Task SeesAsync(IPage page, string selector, string text) =>
        Assertions.Expect(page.Locator(selector)).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
}
