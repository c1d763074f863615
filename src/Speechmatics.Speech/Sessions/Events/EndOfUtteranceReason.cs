namespace Speechmatics.Speech.Sessions;

/// <summary>Why an utterance ended.</summary>
public enum EndOfUtteranceReason
{
    /// <summary>Silence followed the last word for as long as the options ask.</summary>
    TrailingSilence,

    /// <summary>The utterance reached the greatest length the options allow.</summary>
    MaximumLength,

    /// <summary>The caller asked for it (flush).</summary>
    Forced,

    /// <summary>The audio ended.</summary>
    EndOfAudio,

    /// <summary>The words make a whole sentence, and a short silence followed (<see cref="SessionOptions.SentenceEndSilence"/>).</summary>
    SentenceComplete,
}
