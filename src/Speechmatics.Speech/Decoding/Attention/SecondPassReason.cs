namespace Speechmatics.Speech.Decoding;

/// <summary>Why a reading was judged as it was.</summary>
internal enum SecondPassReason
{
    /// <summary>Nothing is wrong with it.</summary>
    Plausible,

    /// <summary>There are no words in it.</summary>
    Empty,

    /// <summary>The model says that there is no speech, and its words are unlikely.</summary>
    NoSpeech,

    /// <summary>A group of tokens came four times running.</summary>
    Loop,

    /// <summary>Far fewer words than the first pass heard: the reading stopped early.</summary>
    TooFewWords,

    /// <summary>Far more words than the first pass heard: the reading repeats itself.</summary>
    TooManyWords,

    /// <summary>More tokens than anybody can say in that time.</summary>
    TooManyTokens,

    /// <summary>The words are unlikely.</summary>
    LowProbability,
}
