namespace Speechmatics.Speech.Server.Protocol;

/// <summary>Ends a connection with an Error message to the client. The message is what the client reads.</summary>
internal sealed class ProtocolException(ErrorType type, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public ErrorType Type { get; } = type;
}
