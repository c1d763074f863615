using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>One WebSocket client.</summary>
internal sealed class LoadClient : IAsyncDisposable
{
    public const int BytesPerSecond = 32000;

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];

    /// <summary>Connects and starts; returns the Error's type, or null when recognition has started.</summary>
    public async Task<string?> StartAsync(LoadTarget target, CancellationToken cancellationToken)
    {
        if (target.Key is { } key) _socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await _socket.ConnectAsync(target.Url, cancellationToken);
        await SayAsync("""{"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},"transcription_config":{"language":"en","enable_partials":true,"max_delay":2}}""", cancellationToken);
        while (await ReceiveAsync(cancellationToken) is { } message)
        {
            using (message)
            {
                var kind = message.RootElement.GetProperty("message").GetString();
                if (kind == "RecognitionStarted") return null;
                if (kind == "Error") return message.RootElement.GetProperty("type").GetString();
            }
        }

        return $"closed {_socket.CloseStatus}";
    }

    public Task SayAsync(string json, CancellationToken cancellationToken) => _socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, cancellationToken);

    public ValueTask SendAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken) => _socket.SendAsync(audio, WebSocketMessageType.Binary, true, cancellationToken);

    /// <summary>The next message; null when the server closed.</summary>
    public async Task<JsonDocument?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            length += received.Count;
            if (received.EndOfMessage) return JsonDocument.Parse(Encoding.UTF8.GetString(_buffer, 0, length));
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
