namespace Speechmatics.Speech.Sessions;

/// <summary>Stands in a stream's events for a flush, to be answered when all events before it have gone out.</summary>
/// <param name="Request">The flush.</param>
internal sealed record FlushPlace(FlushRequest Request) : SpeechEvent;
