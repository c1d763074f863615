namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>What is known of a word besides its text.</summary>
[Flags]
public enum WordTags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A swear word or slur; shown as it was said unless <see cref="Sessions.SessionOptions.MaskProfanity"/> is set.</summary>
    Profanity = 1,

    /// <summary>A filler ("um") or the first of a word said twice by slip ("the the").</summary>
    Disfluency = 2,
}
