namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>What is known of a word besides its text.</summary>
[Flags]
public enum WordTags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A swear word or slur. The word itself is shown as it was said.</summary>
    Profanity = 1,

    /// <summary>A filler ("um") or the first of a word said twice by slip ("the the").</summary>
    Disfluency = 2,
}
