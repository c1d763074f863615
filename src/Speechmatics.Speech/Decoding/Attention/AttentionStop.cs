namespace Speechmatics.Speech.Decoding;

/// <summary>Why an attention decoder stopped.</summary>
internal enum AttentionStop
{
    /// <summary>The model ended the text.</summary>
    EndOfText,

    /// <summary>The model repeats itself.</summary>
    Loop,

    /// <summary>The text has more tokens than the row allows.</summary>
    TooManyTokens,

    /// <summary>The decoder can see no more tokens.</summary>
    ContextFull,
}
