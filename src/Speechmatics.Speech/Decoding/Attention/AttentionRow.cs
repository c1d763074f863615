namespace Speechmatics.Speech.Decoding;

/// <summary>One utterance for <see cref="AttentionDecoder"/>.</summary>
internal readonly record struct AttentionRow
{
    /// <summary>The mel of the padded utterance, <c>[frames, bins]</c>; every row of a batch has the same length.</summary>
    public required ReadOnlyMemory<float> Mel { get; init; }

    /// <summary>Decoding stops when the text has more tokens than this.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Encoder frames of the utterance without its padding, for which the attention is kept; 0 keeps none.</summary>
    public int AlignmentFrames { get; init; }

    /// <summary>The custom vocabulary, or null.</summary>
    public ITokenBias? Bias { get; init; }
}
