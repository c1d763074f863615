using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Decoding;

/// <summary>One utterance for <see cref="AttentionDecoder"/>.</summary>
internal readonly record struct AttentionRow
{
    public AttentionRow()
    {
    }

    /// <summary>The mel of the padded utterance, <c>[frames, bins]</c>; every row of a batch has the same length.</summary>
    public required ReadOnlyMemory<float> Mel { get; init; }

    /// <summary>Decoding stops when the text has more tokens than this.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Encoder frames of the utterance without its padding, for which the attention is kept; 0 keeps none.</summary>
    public int AlignmentFrames { get; init; }

    /// <summary>Texts followed side by side: 1 (greedy) to <see cref="AttentionDecoder.MaxRows"/>.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>The custom vocabulary in the model's tokens, or null.</summary>
    public PhraseAutomaton? Phrases { get; init; }
}
