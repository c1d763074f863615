namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Something a session has to say: <see cref="PartialTranscript"/>, <see cref="FinalTranscript"/>, <see cref="EndOfUtterance"/>, <see cref="SpeechStarted"/>, <see cref="SpeechEnded"/> or <see cref="SessionNotice"/>.
/// Immutable. Times are audio time, counted in samples from the start of the stream, never read from a clock.
/// </summary>
public abstract record SpeechEvent
{
    private protected SpeechEvent()
    {
    }
}
