using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>A bare WebSocket to the server, for what the published clients would not do.</summary>
internal sealed class RealtimePeer : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[1 << 16];

    private RealtimePeer(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static async Task<RealtimePeer> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        await socket.ConnectAsync(address, Limit());
        return new RealtimePeer(socket);
    }

    /// <summary>Connects and starts a recognition of raw 16 kHz PCM16.</summary>
    public static async Task<RealtimePeer> StartAsync(Uri address, string config = "", Action<ClientWebSocketOptions>? configure = null)
    {
        var peer = await ConnectAsync(address, configure);
        await peer.SendAsync(Start(config));
        await peer.ReceiveAsync("RecognitionStarted");
        return peer;
    }

    /// <param name="config">More members of transcription_config, beginning with a comma.</param>
    /// <param name="format">audio_format.</param>
    public static string Start(string config = "", string format = """{"type":"raw","encoding":"pcm_s16le","sample_rate":16000}""") =>
        $$"""{"audio_format":{{format}},"transcription_config":{"language":"en","enable_partials":true{{config}}},"message":"StartRecognition"}""";

    public async Task SendAsync(string json) => await Socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, Limit());

    public async Task SendAsync(ReadOnlyMemory<byte> audio) => await Socket.SendAsync(audio, WebSocketMessageType.Binary, true, Limit());

    /// <summary>The next message, or null when the server closes.</summary>
    public async Task<JsonNode?> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await Socket.ReceiveAsync(_buffer.AsMemory(length), Limit());
            if (received.MessageType == WebSocketMessageType.Close) return null;
            length += received.Count;
            if (received.EndOfMessage) return JsonNode.Parse(_buffer.AsSpan(0, length));
        }
    }

    /// <summary>The next message of a kind; those before it are skipped. Fails on an Error that is not asked for.</summary>
    public async Task<JsonNode> ReceiveAsync(string kind)
    {
        while (await ReceiveAsync() is { } message)
        {
            if (MessageLog.Kind(message) == kind) return message;
            Assert.True(MessageLog.Kind(message) != "Error", message.ToJsonString());
        }

        throw new InvalidOperationException($"The server closed ({Socket.CloseStatus} {Socket.CloseStatusDescription}) before a {kind} came.");
    }

    /// <summary>Everything to the server's close.</summary>
    public async Task<MessageLog> ReceiveAllAsync(bool closeAfterTranscript = true)
    {
        var messages = new List<JsonNode>();
        while (await ReceiveAsync() is { } message)
        {
            messages.Add(message);
            if (closeAfterTranscript && MessageLog.Kind(message) == "EndOfTranscript") break;
        }

        await Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Limit());
        return new MessageLog(messages);
    }

    /// <summary>Waits for an Error and the close after it.</summary>
    public async Task<(string Type, string Reason, int Close, string CloseReason)> ReceiveErrorAsync()
    {
        JsonNode? error = null;
        while (await ReceiveAsync() is { } message)
            if (MessageLog.Kind(message) == "Error") error = message;
        Assert.NotNull(error);
        var (code, reason) = ((int)Socket.CloseStatus!.Value, Socket.CloseStatusDescription!);
        await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Limit());
        return (error["type"]!.GetValue<string>(), error["reason"]!.GetValue<string>(), code, reason);
    }

    public ValueTask DisposeAsync()
    {
        Socket.Abort();
        Socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
