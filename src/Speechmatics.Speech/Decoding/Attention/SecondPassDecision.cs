namespace Speechmatics.Speech.Decoding;

/// <summary>What to do with a reading.</summary>
internal enum SecondPassDecision
{
    /// <summary>Its words are the final. Without words (<see cref="SecondPassReason.NoSpeech"/>, <see cref="SecondPassReason.Empty"/>) there was nothing said.</summary>
    Accept,

    /// <summary>Read once more with the full padding.</summary>
    RetryWithFullPadding,

    /// <summary>The first pass's words stand.</summary>
    Reject,
}
