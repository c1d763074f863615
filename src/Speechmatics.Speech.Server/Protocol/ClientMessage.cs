using System.Text.Json;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>A JSON message from a client. Audio comes as binary messages and is none of these.</summary>
internal abstract record ClientMessage;

internal sealed record StartRecognition(JsonElement Root) : ClientMessage;

internal sealed record SetRecognitionConfig(JsonElement TranscriptionConfig) : ClientMessage;

internal sealed record ForceEndOfUtterance : ClientMessage;

internal sealed record GetSpeakers : ClientMessage;

/// <summary>The end of the audio. Its <c>last_seq_no</c> is not read: clients count it in different ways, and TCP's order already says that all audio is in.</summary>
internal sealed record EndOfStream : ClientMessage;
