using System.Text.Json;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>Reads the JSON messages of clients. The member <c>message</c> may stand anywhere: the JavaScript client writes it last. Unknown members are ignored.</summary>
internal static class ClientMessageReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <exception cref="ProtocolException">The message is no JSON object, or of no known kind.</exception>
    public static ClientMessage Read(ReadOnlyMemory<byte> utf8)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new ProtocolException(ErrorType.InvalidMessage, $"A text message is not JSON: {exception.Message}", exception);
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("message", out var kind) || kind.ValueKind != JsonValueKind.String)
            throw new ProtocolException(ErrorType.InvalidMessage, "A text message must be a JSON object with a string member \"message\".");
        return kind.GetString() switch
        {
            "StartRecognition" => new StartRecognition(root),
            "EndOfStream" => new EndOfStream(),
            "SetRecognitionConfig" => new SetRecognitionConfig(
                root.TryGetProperty("transcription_config", out var config) && config.ValueKind == JsonValueKind.Object
                    ? config
                    : throw new ProtocolException(ErrorType.InvalidMessage, "SetRecognitionConfig needs an object \"transcription_config\".")),
            "ForceEndOfUtterance" => new ForceEndOfUtterance(),
            "GetSpeakers" => new GetSpeakers(),
            "AddChannelAudio" or "EndOfChannel" => throw new ProtocolException(
                ErrorType.Protocol, $"{kind.GetString()} needs channel diarization, which this server does not have: open one session for each channel."),
            var other => throw new ProtocolException(ErrorType.InvalidMessage, $"Unknown message \"{(other!.Length > 64 ? other[..64] : other)}\"."),
        };
    }
}
