using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>Peers that break the rules, beside one that keeps them and must not notice.</summary>
public sealed class BadPeerTests
{
    private const int Seed = 20261123;

    [Fact]
    public async Task Peers_that_break_every_rule_are_ended_and_a_good_one_notices_nothing()
    {
        await using var server = await SpeechServer.StartAsync(options =>
        {
            options.SendTimeout = TimeSpan.FromSeconds(1);
            options.CloseTimeout = TimeSpan.FromSeconds(1);
            options.StartTimeout = TimeSpan.FromSeconds(2);
            options.PingInterval = TimeSpan.FromSeconds(1);
            options.PingTimeout = TimeSpan.FromSeconds(5);
            options.MaxAudioMessageBytes = 1 << 20;
            options.MaxTextMessageBytes = 1 << 16;
        });
        AssertHeard(await HearAsync(server, Clip.Order));
        var random = new Random(Seed);

        var bad = new List<Task>();
        for (var i = 0; i < 4; i++)
        {
            bad.Add(RandomBytesAsync(server, random.Next()));
            bad.Add(RandomMessagesAsync(server, random.Next()));
            bad.Add(HugeMessageAsync(server, text: i % 2 == 0));
            bad.Add(HalfOpenAsync(server));
            bad.Add(HalfFrameAsync(server, random.Next()));
            bad.Add(WrongOrderAsync(server, random.Next()));
        }

        bad.Add(NeverReadingAsync(server));
        bad.Add(NeverReadingAsync(server));
        bad.Add(SilentAfterStartAsync(server));
        bad.Add(EndlessFrameAsync(server));
        bad.Add(SlowReaderAsync(server));
        var beside = await Task.WhenAll(HearAsync(server, Clip.Order), HearAsync(server, Clip.Order));
        await Task.WhenAll(bad).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.All(beside, AssertHeard);
        await LimitTests.Eventually(() => server.Engine.Pool.GetStatus().ActiveSessions == 0);
        AssertHeard(await HearAsync(server, Clip.Order));
        Assert.DoesNotContain(server.Logs.GetSnapshot(), record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    // the server's sessions are elastic: with the larger chunks of a busy moment a word may be heard differently
    private static void AssertHeard(string text) => Assert.True(Clip.Order.ErrorRate(text) <= 0.3, text);

    /// <summary>After a good handshake, bytes that are no frames.</summary>
    private static async Task RandomBytesAsync(SpeechServer server, int seed)
    {
        using var tcp = await ShakeHandsAsync(server);
        var stream = tcp.GetStream();
        var bytes = new byte[4096];
        var random = new Random(seed);
        try
        {
            for (var i = 0; i < 20; i++)
            {
                random.NextBytes(bytes);
                await stream.WriteAsync(bytes);
            }

            await ReadToEndAsync(stream);
        }
        catch (IOException)
        {
            // the server has closed
        }
    }

    /// <summary>Good frames with random contents.</summary>
    private static async Task RandomMessagesAsync(SpeechServer server, int seed)
    {
        var random = new Random(seed);
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var bytes = new byte[random.Next(1, 5000)];
        random.NextBytes(bytes);
        await peer.SendAsync(bytes);
        await peer.SendAsync(new string([.. Enumerable.Range(0, 200).Select(_ => (char)random.Next(32, 127))]));
        Assert.Equal("invalid_message", (await peer.ReceiveErrorAsync()).Type);
    }

    private static async Task HugeMessageAsync(SpeechServer server, bool text)
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var type = text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        var receiving = peer.ReceiveErrorAsync();
        try
        {
            var piece = new byte[1 << 16];
            for (var i = 0; i < 40 && !receiving.IsCompleted; i++) await peer.Socket.SendAsync(piece, type, false, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // the server has closed
        }

        Assert.Equal("protocol_error", (await receiving).Type);
    }

    /// <summary>A connection that says nothing more and does not answer a close.</summary>
    private static async Task HalfOpenAsync(SpeechServer server)
    {
        using var tcp = await ShakeHandsAsync(server);
        await ReadToEndAsync(tcp.GetStream());
    }

    /// <summary>A recognition whose peer is gone without a word: no pong comes, and the place is given back.</summary>
    private static async Task SilentAfterStartAsync(SpeechServer server)
    {
        using var tcp = await ShakeHandsAsync(server);
        await tcp.GetStream().WriteAsync(Frame(0x81, Encoding.UTF8.GetBytes(RealtimePeer.Start())));
        await ReadToEndAsync(tcp.GetStream());
    }

    /// <summary>A frame that says it is 2^40 bytes long: what is kept of it is bounded, and it is refused.</summary>
    private static async Task EndlessFrameAsync(SpeechServer server)
    {
        using var tcp = await ShakeHandsAsync(server);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Frame(0x81, Encoding.UTF8.GetBytes(RealtimePeer.Start())));
        byte[] header = [0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var piece = new byte[1 << 16];
        try
        {
            await stream.WriteAsync(header);
            for (var i = 0; i < 40; i++) await stream.WriteAsync(piece);
        }
        catch (IOException)
        {
            // the server has closed
        }

        await ReadToEndAsync(stream);
    }

    /// <summary>The beginning of a frame, and then nothing but the end of the connection.</summary>
    private static async Task HalfFrameAsync(SpeechServer server, int seed)
    {
        using var tcp = await ShakeHandsAsync(server);
        await tcp.GetStream().WriteAsync(Frame(0x81, Encoding.UTF8.GetBytes(RealtimePeer.Start())));
        var frame = Frame(0x82, new byte[3200]);
        await tcp.GetStream().WriteAsync(frame.AsMemory(0, new Random(seed).Next(1, frame.Length)));
        tcp.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    /// <summary>Reads a little at a time, but reads: it is no bad peer, and hears everything.</summary>
    private static async Task SlowReaderAsync(SpeechServer server)
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start());
        var pcm = Clip.Order.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var messages = new List<System.Text.Json.Nodes.JsonNode>();
        while (messages.Count == 0 || MessageLog.Kind(messages[^1]) != "EndOfTranscript")
        {
            await Task.Delay(20);
            messages.Add((await peer.ReceiveAsync())!);
        }

        AssertHeard(new MessageLog(messages).Text);
    }

    private static async Task WrongOrderAsync(SpeechServer server, int seed)
    {
        string[] messages = ["""{"message":"EndOfStream"}""", """{"message":"ForceEndOfUtterance"}""", """{"message":"GetSpeakers"}""", """{"message":"SetRecognitionConfig","transcription_config":{}}"""];
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(messages[new Random(seed).Next(messages.Length)]);
        Assert.Equal("protocol_error", (await peer.ReceiveErrorAsync()).Type);
    }

    /// <summary>Sends audio without end and reads nothing: the acknowledgements pile up, the socket is read no longer, and in the end the client is cut off.</summary>
    private static async Task NeverReadingAsync(SpeechServer server)
    {
        using var tcp = await ShakeHandsAsync(server, receiveBuffer: 4096);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Frame(0x81, Encoding.UTF8.GetBytes(RealtimePeer.Start())));
        var audio = Frame(0x82, new byte[2]);
        var many = Enumerable.Range(0, 1000).SelectMany(_ => audio).ToArray();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true) await stream.WriteAsync(many, limit.Token);
        });
    }

    private static async Task<TcpClient> ShakeHandsAsync(SpeechServer server, int? receiveBuffer = null)
    {
        var tcp = new TcpClient();
        if (receiveBuffer is { } size) tcp.ReceiveBufferSize = size;
        await tcp.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /v2 HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer);
        Assert.Equal("HTTP/1.1 101", Encoding.ASCII.GetString(answer));
        return tcp;
    }

    /// <summary>A masked frame of fewer than 65536 bytes; the mask is zero.</summary>
    private static byte[] Frame(byte kind, byte[] payload) => payload.Length < 126
        ? [kind, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]
        : [kind, 0xFE, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload];

    private static async Task ReadToEndAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // reset: ended as well
        }
    }

    private static async Task<string> HearAsync(SpeechServer server, Clip clip)
    {
        await using var peer = await RealtimePeer.StartAsync(server.Realtime);
        var pcm = clip.Pcm();
        var receiving = peer.ReceiveAllAsync();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        return (await receiving).Text;
    }
}
