using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>One WebSocket client.</summary>
internal sealed class LoadClient(LoadTarget target) : ICaller
{
    public const int BytesPerSecond = 32000;
    public const int MaxDelaySeconds = 2;

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];

    /// <summary>Connects and starts; returns the Error's type, or null when recognition has started.</summary>
    public async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        if (target.Key is { } key) _socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await _socket.ConnectAsync(target.Url, cancellationToken);
        await SayAsync($$$"""{"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},"transcription_config":{"language":"en","operating_point":"{{{target.OperatingPoint}}}","enable_partials":true,"max_delay":{{{MaxDelaySeconds}}}}}""", cancellationToken);
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

    public Task EndAsync(CancellationToken cancellationToken) => SayAsync("""{"message":"EndOfStream","last_seq_no":0}""", cancellationToken);

    public async IAsyncEnumerable<Heard> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is { } message)
        {
            using (message)
            {
                var root = message.RootElement;
                switch (root.GetProperty("message").GetString())
                {
                    case "AudioAdded":
                        yield return new Heard(HeardKind.Acknowledged);
                        break;
                    case "AddPartialTranscript" when HasWords(root):
                        yield return new Heard(HeardKind.Partial, End(root));
                        break;
                    case "AddTranscript" when HasWords(root):
                        yield return new Heard(HeardKind.Final, End(root));
                        break;
                    case "Error":
                        yield return new Heard(HeardKind.Problem, Problem: root.GetProperty("type").GetString());
                        yield break;
                    case "EndOfTranscript":
                        yield break;
                }
            }
        }

        yield return new Heard(HeardKind.Problem, Problem: "closed before EndOfTranscript");

        static bool HasWords(JsonElement root) => root.GetProperty("results").GetArrayLength() > 0;
        static double End(JsonElement root) => root.GetProperty("metadata").GetProperty("end_time").GetDouble();
    }

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
