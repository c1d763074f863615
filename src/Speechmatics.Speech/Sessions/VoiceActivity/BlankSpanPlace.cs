namespace Speechmatics.Speech.Sessions;

/// <summary>Stands in a stream's events for the words of a stretch that is being decoded again; what follows it waits.</summary>
/// <param name="Span">The stretch.</param>
internal sealed record BlankSpanPlace(BlankSpan Span) : SpeechEvent;
