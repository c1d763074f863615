using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Speechmatics.Speech.ServerTests.Clients;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>The enhanced operating point over the wire.</summary>
public sealed class EnhancedTests(EnhancedServer enhanced) : IClassFixture<EnhancedServer>
{
    private readonly SpeechServer _server = enhanced.Server;

    [Theory]
    [InlineData("model")]
    [InlineData("operating_point")]
    public async Task Finals_come_from_the_second_pass_with_punctuation_as_results_of_its_own(string member)
    {
        await using var peer = await BeginAsync($",\"{member}\":\"enhanced\"");
        var log = await SayAsync(peer, Clip.LongOrder);

        Assert.Empty(log.Of("Warning"));
        // the first pass alone hears "americanoo"
        Assert.Equal(0, Clip.LongOrder.ErrorRate(log.Text));
        var results = log.Finals.SelectMany(final => final["results"]!.AsArray()).ToList();
        Assert.Equal("Give", results[0]!["alternatives"]![0]!["content"]!.GetValue<string>());
        var stop = results[^1]!;
        Assert.Equal(("punctuation", "previous", true), (stop["type"]!.GetValue<string>(), stop["attaches_to"]!.GetValue<string>(), stop["is_eos"]!.GetValue<bool>()));
        Assert.Equal(results[^2]!["end_time"]!.GetValue<double>(), stop["start_time"]!.GetValue<double>());
    }

    [Fact]
    public async Task No_marks_come_where_none_are_permitted()
    {
        await using var peer = await BeginAsync(""","model":"enhanced","punctuation_overrides":{"permitted_marks":[]}""");
        var log = await SayAsync(peer, Clip.LongOrder);

        Assert.NotEmpty(log.Finals);
        Assert.All(log.Finals.SelectMany(final => final["results"]!.AsArray()), result => Assert.Equal("word", result!["type"]!.GetValue<string>()));
        Assert.DoesNotContain('.', log.Text);
    }

    [Fact]
    public async Task A_forced_end_brings_the_second_pass_s_final()
    {
        await using var peer = await BeginAsync(""","model":"enhanced" """);
        var pcm = Clip.LongOrder.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"ForceEndOfUtterance"}""");
        await peer.SendAsync("""{"message":"ForceEndOfUtterance"}""");
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();

        log.AssertOrder((pcm.Length + 3199) / 3200, paced: false);
        Assert.Equal(0, Clip.LongOrder.ErrorRate(log.Text));
        Assert.Contains(log.Finals, MessageLog.IsForced);
        Assert.All(log.Of("EndOfUtterance"), end => Assert.True(MessageLog.IsForced(end)));
    }

    [Fact]
    public async Task The_published_client_gets_enhanced_finals()
    {
        var entries = await NodeClients.RunAsync(new JsonObject
        {
            ["client"] = "current",
            ["url"] = _server.Realtime.ToString(),
            ["audio"] = Clip.LongOrder.FullPath,
            ["from"] = 44,
            ["chunkBytes"] = 3200,
            ["chunkMs"] = 0,
            ["actions"] = new JsonArray(),
            ["start"] = new JsonObject
            {
                ["audio_format"] = new JsonObject { ["type"] = "raw", ["encoding"] = "pcm_s16le", ["sample_rate"] = 16000 },
                ["transcription_config"] = new JsonObject { ["language"] = "en", ["model"] = "enhanced", ["enable_partials"] = true },
            },
        });
        var log = MessageLog.FromDriver(entries);

        log.AssertOrder(chunks: null, paced: false);
        Assert.Equal(0, Clip.LongOrder.ErrorRate(log.Text));
        Assert.Contains('.', log.Text);
    }

    [Fact]
    public async Task A_posted_file_is_read_at_the_operating_point_asked_for()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        var standard = await TextAsync("standard");
        var second = await TextAsync("enhanced");

        Assert.Equal(0, Clip.LongOrder.ErrorRate(second));
        Assert.EndsWith(".", second, StringComparison.Ordinal);
        Assert.DoesNotContain('.', standard);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("best")).StatusCode);

        async Task<string> TextAsync(string point) => (await (await PostAsync(point)).Content.ReadFromJsonAsync<JsonObject>())!["text"]!.GetValue<string>();

        Task<HttpResponseMessage> PostAsync(string point) =>
            http.PostAsync(new Uri($"/v1/transcribe?operating_point={point}", UriKind.Relative), new StreamContent(File.OpenRead(Clip.LongOrder.FullPath)));
    }

    private async Task<RealtimePeer> BeginAsync(string config)
    {
        var peer = await RealtimePeer.ConnectAsync(_server.Realtime);
        await peer.SendAsync(RealtimePeer.Start(config));
        return peer;
    }

    private static async Task<MessageLog> SayAsync(RealtimePeer peer, Clip clip)
    {
        var pcm = clip.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();
        log.AssertOrder((pcm.Length + 3199) / 3200, paced: false);
        return log;
    }
}
