namespace Speechmatics.Speech.Sessions;

/// <summary>Somebody began to speak, as the voice activity model hears it. Sent once the speech has lasted <see cref="VoiceActivityOptions.MinSpeech"/>; in sessions with <see cref="SessionOptions.VoiceActivity"/> only.</summary>
public sealed record SpeechStarted : SpeechEvent
{
    /// <summary>Where the speech begins.</summary>
    public required TimeSpan Time { get; init; }
}
