using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Speechmatics.Speech.Server;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>Keys, quotas, time limits, the drain.</summary>
public sealed class LimitTests
{
    private const string Key = "a-key-of-the-tests-1";
    private const string OtherKey = "a-key-of-the-tests-2";
    private const string AdminKey = "the-admin-key-of-the-tests";

    [Fact]
    public async Task Keys_and_short_lived_tokens_open_the_server_and_nothing_else_does()
    {
        await using var server = await SpeechServer.StartAsync(options =>
        {
            options.ApiKeys = [new SpeechApiKey { Name = "one", Key = Key }, new SpeechApiKey { Name = "two", Key = OtherKey }];
            options.MaxSessionsPerKey = 1;
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        Assert.Contains("401", (await Assert.ThrowsAsync<WebSocketException>(() => RealtimePeer.ConnectAsync(server.Realtime))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => RealtimePeer.ConnectAsync(new Uri($"{server.Realtime}?jwt=eyJhbGciOiJub25lIn0.e30.")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostTokenAsync("wrong-key-wrong-key", 60)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostTokenAsync(Key, 59)).StatusCode);

        var token = (await (await PostTokenAsync(Key, 60)).Content.ReadFromJsonAsync<JsonObject>())!["key_value"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostTokenAsync(token, 60)).StatusCode);
        var changed = token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1];
        await Assert.ThrowsAsync<WebSocketException>(() => RealtimePeer.ConnectAsync(new Uri($"{server.Realtime}?jwt={changed}")));

        await using var byToken = await RealtimePeer.StartAsync(new Uri($"{server.Realtime}?jwt={token}"));
        await using var byHeader = await RealtimePeer.StartAsync(server.Realtime, configure: options => options.SetRequestHeader("Authorization", $"Bearer {OtherKey}"));

        // the token counts as its key, which may have one session
        await using var second = await RealtimePeer.ConnectAsync(server.Realtime, options => options.SetRequestHeader("Authorization", $"Bearer {Key}"));
        await second.SendAsync(RealtimePeer.Start());
        var error = await second.ReceiveErrorAsync();
        Assert.Equal(("quota_exceeded", "Concurrent Quota Exceeded", 4005), (error.Type, error.Reason, error.Close));

        async Task<HttpResponseMessage> PostTokenAsync(string key, int ttl)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/api_keys?type=rt") { Content = JsonContent.Create(new { ttl }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return await http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_place_is_free_again_once_its_session_is_over()
    {
        await using var server = await SpeechServer.StartAsync(options => options.MaxSessions = 1);
        for (var i = 0; i < 3; i++)
        {
            var peer = await RealtimePeer.StartAsync(server.Realtime);
            await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
            await peer.ReceiveAllAsync();
            await peer.DisposeAsync();
            await Eventually(() => server.Engine.Pool.GetStatus().ActiveSessions == 0);
        }

        // a client that vanishes leaves none behind either
        var lost = await RealtimePeer.StartAsync(server.Realtime);
        await lost.DisposeAsync();
        await Eventually(() => server.Engine.Pool.GetStatus().ActiveSessions == 0);
        await using var last = await RealtimePeer.StartAsync(server.Realtime);
    }

    [Fact]
    public async Task Too_many_connections_within_a_second_are_refused()
    {
        await using var server = await SpeechServer.StartAsync(options => options.MaxConnectsPerSecond = 3);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            try
            {
                await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
                return "";
            }
            catch (WebSocketException exception)
            {
                return exception.Message;
            }
        }));

        Assert.InRange(outcomes.Count(outcome => outcome.Length == 0), 3, 9);
        Assert.All(outcomes.Where(outcome => outcome.Length > 0), outcome => Assert.Contains("429", outcome, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_does_not_start_or_sends_nothing_is_ended()
    {
        await using var server = await SpeechServer.StartAsync(options =>
        {
            options.StartTimeout = TimeSpan.FromMilliseconds(300);
            options.IdleTimeout = TimeSpan.FromMilliseconds(400);
        });

        await using var silent = await RealtimePeer.ConnectAsync(server.Realtime);
        Assert.Equal("protocol_error", (await silent.ReceiveErrorAsync()).Type);

        await using var idle = await RealtimePeer.StartAsync(server.Realtime);
        var error = await idle.ReceiveErrorAsync();
        Assert.Equal(("idle_timeout", 1008, "policy_violation"), (error.Type, error.Close, error.CloseReason));
    }

    [Fact]
    public async Task A_session_has_a_longest_time_even_while_audio_comes()
    {
        await using var server = await SpeechServer.StartAsync(options => options.SessionTimeout = TimeSpan.FromMilliseconds(500));
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var receiving = peer.ReceiveErrorAsync();
        while (!receiving.IsCompleted)
        {
            try
            {
                await peer.SendAsync(new byte[3200]);
            }
            catch (WebSocketException)
            {
                break;
            }

            await Task.Delay(50);
        }

        Assert.Equal("session_timeout", (await receiving).Type);
    }

    [Fact]
    public void Warnings_come_before_a_limit_and_anew_when_its_count_began_anew()
    {
        var limit = new SessionLimit(TimeSpan.FromHours(1), [TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)]);

        Assert.False(limit.Look(TimeSpan.Zero, out _, out var next));
        Assert.Equal(TimeSpan.FromMinutes(45), next);
        Assert.True(limit.Look(TimeSpan.FromMinutes(45), out var remaining, out next));
        Assert.Equal((15, 5), (remaining.TotalMinutes, next.TotalMinutes));
        Assert.False(limit.Look(TimeSpan.FromMinutes(46), out _, out next));
        Assert.Equal(4, next.TotalMinutes);
        Assert.True(limit.Look(TimeSpan.FromMinutes(51), out remaining, out _));
        Assert.Equal(10, remaining.TotalMinutes);
        Assert.False(limit.Look(TimeSpan.FromMinutes(1), out _, out next));
        Assert.Equal(44, next.TotalMinutes);
        Assert.True(limit.Look(TimeSpan.FromMinutes(45), out remaining, out _));
        Assert.Equal(15, remaining.TotalMinutes);
        Assert.True(limit.Look(TimeSpan.FromMinutes(60), out remaining, out _));
        Assert.Equal(TimeSpan.Zero, remaining);
    }

    [Fact]
    public void A_limit_shorter_than_its_warnings_gives_none()
    {
        var limit = new SessionLimit(TimeSpan.FromMinutes(7), [TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)]);

        Assert.False(limit.Look(TimeSpan.Zero, out _, out var next));
        Assert.Equal(2, next.TotalMinutes);
        Assert.True(limit.Look(TimeSpan.FromMinutes(2), out var remaining, out _));
        Assert.Equal(5, remaining.TotalMinutes);
    }

    [Fact]
    public async Task A_drain_refuses_new_sessions_and_lets_the_open_one_finish()
    {
        await using var server = await SpeechServer.StartAsync(options => options.AdminKey = AdminKey);
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var open = await RealtimePeer.StartAsync(server.Realtime);

        Assert.Equal(HttpStatusCode.Unauthorized, (await DrainAsync("not-the-admin-key")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await DrainAsync(AdminKey)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri("/ready", UriKind.Relative))).StatusCode);

        await using var late = await RealtimePeer.ConnectAsync(server.Realtime);
        await late.SendAsync(RealtimePeer.Start());
        var error = await late.ReceiveErrorAsync();
        Assert.Equal(("job_error", 4013), (error.Type, error.Close));

        await open.SendAsync(Clip.Order.Pcm());
        await open.SendAsync("""{"message":"EndOfStream","last_seq_no":1}""");
        Assert.True(Clip.Order.ErrorRate((await open.ReceiveAllAsync()).Text) <= 0.3);

        async Task<HttpResponseMessage> DrainAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/drain");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return await http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_session_that_outlives_the_drain_is_told_that_the_server_stops()
    {
        await using var server = await SpeechServer.StartAsync(engine: options => options.DrainTimeout = TimeSpan.FromMilliseconds(300));
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);

        var stopping = server.StopAsync();
        var error = await peer.ReceiveErrorAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(15));

        Assert.Equal(("job_error", 4013), (error.Type, error.Close));
    }

    [Fact]
    public async Task Words_are_logged_by_opt_in_alone()
    {
        foreach (var optIn in new[] { false, true })
        {
            await using var server = await SpeechServer.StartAsync(engine: options => options.LogTranscripts = optIn);
            await using var peer = await RealtimePeer.StartAsync(server.Realtime);
            await peer.SendAsync(Clip.Order.Pcm());
            await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":1}""");
            await peer.ReceiveAllAsync();
            var lines = string.Join('\n', server.Logs.GetSnapshot().Select(record => record.Message));
            Assert.Equal(optIn, lines.Contains("milk", StringComparison.Ordinal));
            Assert.Contains("started", lines, StringComparison.Ordinal);
        }
    }

    internal static async Task Eventually(Func<bool> holds)
    {
        for (var i = 0; i < 100 && !holds(); i++) await Task.Delay(50);
        Assert.True(holds());
    }
}
