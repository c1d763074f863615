namespace Speechmatics.Speech.Sessions;

/// <summary>
/// The speech that the last <see cref="SpeechStarted"/> told of has ended, as the voice activity model hears it. Sent once the silence has lasted <see cref="VoiceActivityOptions.MinSilence"/>, or at the end of the
/// audio. Says nothing of the utterance: that ends with <see cref="EndOfUtterance"/>.
/// </summary>
public sealed record SpeechEnded : SpeechEvent
{
    /// <summary>Where the speech ends.</summary>
    public required TimeSpan Time { get; init; }
}
