using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Speechmatics.Speech.ServerTests.Realtime;

namespace Speechmatics.Speech.ServerTests.Files;

/// <summary>What is asked over plain HTTP.</summary>
public sealed class HttpTests(SpeechServer server) : IClassFixture<SpeechServer>, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server.Address };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_posted_file_comes_back_as_JSON_with_words()
    {
        var answer = await (await PostAsync("/v1/transcribe", Clip.Order)).Content.ReadFromJsonAsync<JsonObject>();

        Assert.True(Clip.Order.ErrorRate(answer!["text"]!.GetValue<string>()) <= 0.3);
        var word = answer["utterances"]![0]!["words"]![0]!;
        Assert.True(word["end"]!.GetValue<double>() > word["start"]!.GetValue<double>());
    }

    [Fact]
    public async Task What_curl_posts_as_a_form_is_the_file_itself()
    {
        using var file = new StreamContent(File.OpenRead(Clip.Order.FullPath));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");

        var answer = await _http.PostAsync(new Uri("/v1/transcribe?format=txt", UriKind.Relative), file);

        Assert.True(Clip.Order.ErrorRate(await answer.Content.ReadAsStringAsync()) <= 0.3);
    }

    [Fact]
    public async Task A_form_with_a_file_comes_back_as_subtitles()
    {
        using var file = new StreamContent(File.OpenRead(Clip.Order.FullPath));
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" }, { file, "file", "order.wav" } };

        var answer = await _http.PostAsync(new Uri("/v1/transcribe?format=srt", UriKind.Relative), form);
        var subtitles = await answer.Content.ReadAsStringAsync();

        Assert.Equal("application/x-subrip", answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("1\n00:00:0", subtitles, StringComparison.Ordinal);
        Assert.Contains(" --> ", subtitles, StringComparison.Ordinal);
        Assert.Contains("milk", subtitles, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_comes_as_events_and_ends_with_the_whole()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transcribe?format=txt") { Content = new StreamContent(File.OpenRead(Clip.Order.FullPath)) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));

        var answer = await _http.SendAsync(request);
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('\n')).ToList();

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(events, entry => entry[0] == "event: final");
        Assert.Equal("event: done", events[^1][0]);
        Assert.True(Clip.Order.ErrorRate(JsonNode.Parse(events[^1][1]["data: ".Length..])!["transcript"]!.GetValue<string>()) <= 0.3);
    }

    [Fact]
    public async Task What_is_no_audio_or_no_format_is_said_without_the_names_of_our_files()
    {
        var noise = await _http.PostAsync(new Uri("/v1/transcribe", UriKind.Relative), new ByteArrayContent([.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 13))]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, noise.StatusCode);
        Assert.DoesNotContain(Path.GetTempPath(), await noise.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/v1/transcribe?format=docx", Clip.Order)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync(new Uri("/admin/drain", UriKind.Relative), null)).StatusCode);
    }

    [Fact]
    public async Task Supervisors_get_their_answers()
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime, configure: options => options.SetRequestHeader("x-request-id", "call-7"));

        Assert.True((await _http.GetFromJsonAsync<JsonObject>("/started"))!["started"]!.GetValue<bool>());
        Assert.True((await _http.GetFromJsonAsync<JsonObject>("/live"))!["alive"]!.GetValue<bool>());
        Assert.True((await _http.GetFromJsonAsync<JsonObject>("/ready"))!["ready"]!.GetValue<bool>());
        var status = (await _http.GetFromJsonAsync<JsonObject>("/session_status"))!;
        Assert.Equal(40, status["max_sessions"]!.GetValue<int>());
        Assert.Contains(status["active_sessions"]!.AsArray(), session => session!["request_id"]?.GetValue<string>() == "call-7");
    }

    [Fact]
    public async Task The_pages_load_nothing_from_elsewhere()
    {
        foreach (var path in new[] { "/", "/dashboard", "/assets/app.js", "/assets/capture.js", "/assets/dashboard.js", "/assets/style.css" })
        {
            var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.DoesNotContain("//", (await answer.Content.ReadAsStringAsync()).Replace("// ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        var state = (await _http.GetFromJsonAsync<JsonObject>("/dashboard/status"))!;
        Assert.Equal("en-standard", state["model"]!.GetValue<string>());
    }

    private Task<HttpResponseMessage> PostAsync(string path, Clip clip) => _http.PostAsync(new Uri(path, UriKind.Relative), new StreamContent(File.OpenRead(clip.FullPath)));
}
