namespace Speechmatics.Speech.Sessions;

/// <summary>How much work goes into a session's finals.</summary>
public enum OperatingPoint
{
    /// <summary>The streaming model alone: finals come within <see cref="SessionOptions.MaxDelay"/> of the word.</summary>
    Standard,

    /// <summary>
    /// Each utterance, once it has ended, is read again as a whole by an attention model, which gives its final: far fewer errors, punctuation and capitals. Finals come at the ends of
    /// utterances. Needs a pool with an <see cref="Models.EnhancedSpeechModel"/>.
    /// </summary>
    Enhanced,
}
