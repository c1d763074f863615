using System.Text.Json.Nodes;
using Speechmatics.Speech.ServerTests.Realtime;

namespace Speechmatics.Speech.ServerTests.Clients;

/// <summary>The clients that people have, against the server: <c>@speechmatics/real-time-client</c> and the legacy <c>speechmatics</c>.</summary>
public sealed class PublishedClientTests(SpeechServer server) : IClassFixture<SpeechServer>
{
    private const int ChunkBytes = 3200;
    private const int HeaderBytes = 44;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task The_current_client_transcribes_unpaced_and_at_the_pace_of_speech(int chunkMs)
    {
        var (log, entries) = await RunAsync(Scenario(Clip.Order, chunkMs: chunkMs));

        log.AssertOrder(Chunks(entries), paced: chunkMs > 0);
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
        Assert.Equal("closed", entries.Last(entry => entry["state"] is not null)["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_legacy_client_transcribes_with_the_language_in_its_address()
    {
        var (log, _) = await RunAsync(Scenario(Clip.Order, client: "legacy"));

        log.AssertOrder(chunks: null, paced: false);
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
    }

    [Fact]
    public async Task A_client_that_names_no_format_sends_a_file()
    {
        var scenario = Scenario(Clip.Order);
        scenario["start"]!.AsObject().Remove("audio_format");
        scenario["from"] = 0;

        var (log, entries) = await RunAsync(scenario);

        log.AssertOrder(Chunks(entries), paced: false);
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
    }

    [Fact]
    public async Task A_forced_end_brings_a_forced_final_and_a_forced_end_of_utterance()
    {
        var scenario = Scenario(Clip.Order, chunkMs: 30);
        // in the middle of the sentence
        scenario["actions"] = new JsonArray(new JsonObject { ["atChunk"] = 33, ["message"] = new JsonObject { ["message"] = "ForceEndOfUtterance" } });

        var (log, entries) = await RunAsync(scenario);

        log.AssertOrder(Chunks(entries));
        var final = Assert.Single(log.Finals, MessageLog.IsForced);
        var end = Assert.Single(log.Of("EndOfUtterance"));
        Assert.True(MessageLog.IsForced(end));
        Assert.NotEmpty(MessageLog.Transcript(final));
        Assert.True(log.Messages.IndexOf(final) < log.Messages.IndexOf(end));
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.5, log.Text);
    }

    [Fact]
    public async Task A_forced_end_in_silence_brings_an_empty_forced_final()
    {
        var scenario = Scenario(Clip.Order, chunkMs: 10);
        scenario["actions"] = new JsonArray(new JsonObject { ["atChunk"] = 5, ["message"] = new JsonObject { ["message"] = "ForceEndOfUtterance" } });

        var (log, _) = await RunAsync(scenario);

        var final = log.Finals.First();
        Assert.True(MessageLog.IsForced(final));
        Assert.Empty(final["results"]!.AsArray());
        Assert.Equal(0.5, final["metadata"]!["end_time"]!.GetValue<double>(), 0.2);
    }

    [Fact]
    public async Task An_end_of_stream_without_audio_ends_the_transcript()
    {
        var scenario = Scenario(Clip.Order);
        scenario["audio"] = null;

        var (log, _) = await RunAsync(scenario);

        log.AssertOrder(chunks: 0, partials: false);
        Assert.Empty(log.Finals);
    }

    [Fact]
    public async Task Partials_can_be_switched_off_in_mid_stream()
    {
        var scenario = Scenario(Clip.Order, chunkMs: 20);
        scenario["actions"] = new JsonArray(new JsonObject
        {
            ["atChunk"] = 32,
            ["message"] = new JsonObject
            {
                ["message"] = "SetRecognitionConfig",
                ["transcription_config"] = new JsonObject { ["language"] = "en", ["enable_partials"] = false, ["max_delay"] = 5 },
            },
        });

        var (log, entries) = await RunAsync(scenario);

        var warning = Assert.Single(log.Of("Warning"));
        Assert.Contains("max_delay", warning["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(log.Partials);
        // one partial may have been on its way
        Assert.InRange(log.Messages.Skip(log.Messages.IndexOf(warning) + 1).Count(message => MessageLog.Kind(message) == "AddPartialTranscript"), 0, 1);
        Assert.True(Clip.Order.ErrorRate(log.Text) <= 0.3, log.Text);
        Assert.Equal(Enumerable.Range(1, Chunks(entries)), log.Of("AudioAdded").Select(message => message["seq_no"]!.GetValue<int>()));
    }

    [Fact]
    public async Task What_cannot_change_in_mid_stream_is_an_error()
    {
        var scenario = Scenario(Clip.Order, chunkMs: 20);
        scenario["actions"] = new JsonArray(new JsonObject
        {
            ["atChunk"] = 5,
            ["message"] = new JsonObject { ["message"] = "SetRecognitionConfig", ["transcription_config"] = new JsonObject { ["language"] = "en", ["diarization"] = "speaker" } },
        });

        var (log, entries) = await RunAsync(scenario);

        Assert.Equal("invalid_config", log.Of("Error").Single()["type"]!.GetValue<string>());
        var close = entries.Single(entry => entry["close"] is not null);
        Assert.Equal((1003, "protocol_error"), (close["close"]!.GetValue<int>(), close["reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Utterances_end_where_asked_for()
    {
        var scenario = Scenario(Clip.Order, chunkMs: 10);
        scenario["start"]!["transcription_config"]!["conversation_config"] = new JsonObject { ["end_of_utterance_silence_trigger"] = 0.5 };

        var (log, _) = await RunAsync(scenario);

        var end = log.Of("EndOfUtterance").Last();
        Assert.False(MessageLog.IsForced(end));
        Assert.Equal(end["metadata"]!["start_time"]!.GetValue<double>(), end["metadata"]!["end_time"]!.GetValue<double>());
        Assert.True(log.Messages.IndexOf(log.Finals.Last()) < log.Messages.IndexOf(end));
    }

    [Fact]
    public async Task A_session_over_the_quota_is_told_so_by_both_clients()
    {
        await using var full = await SpeechServer.StartAsync(options => options.MaxSessions = 1);
        await using var holder = await RealtimePeer.StartAsync(full.Realtime);

        var (current, entries) = await RunAsync(Scenario(Clip.Order, address: full.Realtime));
        Assert.Equal("quota_exceeded", current.Of("Error").Single()["type"]!.GetValue<string>());
        Assert.Equal("quota_exceeded", entries[^1]["failed"]!.GetValue<string>());
        Assert.Equal(4005, entries.Single(entry => entry["close"] is not null)["close"]!.GetValue<int>());

        var (legacy, _) = await RunAsync(Scenario(Clip.Order, client: "legacy", address: full.Realtime));
        Assert.Equal("quota_exceeded", legacy.Of("Error").Single()["type"]!.GetValue<string>());
    }

    private static async Task<(MessageLog Log, List<JsonNode> Entries)> RunAsync(JsonObject scenario)
    {
        var entries = await NodeClients.RunAsync(scenario);
        return (MessageLog.FromDriver(entries), entries);
    }

    private static int Chunks(List<JsonNode> entries) => entries.Single(entry => entry["chunks"] is not null)["chunks"]!.GetValue<int>();

    private JsonObject Scenario(Clip clip, string client = "current", int chunkMs = 0, Uri? address = null) => new()
    {
        ["client"] = client,
        ["url"] = (address ?? server.Realtime).ToString(),
        ["audio"] = clip.FullPath,
        ["from"] = HeaderBytes,
        ["chunkBytes"] = ChunkBytes,
        ["chunkMs"] = chunkMs,
        ["actions"] = new JsonArray(),
        ["start"] = new JsonObject
        {
            ["audio_format"] = new JsonObject { ["type"] = "raw", ["encoding"] = "pcm_s16le", ["sample_rate"] = 16000 },
            ["transcription_config"] = new JsonObject { ["language"] = "en", ["enable_partials"] = true, ["max_delay"] = 2 },
        },
    };
}
