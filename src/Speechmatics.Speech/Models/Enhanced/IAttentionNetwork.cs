namespace Speechmatics.Speech.Models;

/// <summary>
/// Encoder and decoder of an attention model for up to <see cref="MaxRows"/> utterances of one padded length. Owned by one thread; allocates nothing in steady state. A row's
/// result never depends on the other rows or on their number, bit for bit.
/// </summary>
/// <remarks>
/// A batch: <see cref="Begin"/>, <see cref="Encode"/> for each row, then <see cref="Step"/> with the prompt and token by token; <see cref="RemoveRow"/> lets a finished row leave.
/// </remarks>
internal interface IAttentionNetwork : IDisposable
{
    int MaxRows { get; }

    AttentionLayout Layout { get; }

    /// <summary>Rows still in the batch.</summary>
    int Rows { get; }

    /// <summary>Encoder frames of each row.</summary>
    int EncoderFrames { get; }

    /// <summary>Starts a batch and forgets the last one.</summary>
    /// <param name="rows">1 to <see cref="MaxRows"/>.</param>
    /// <param name="melFrames">Mel frames of every row, even, at most <see cref="AttentionLayout.MaxMelFrames"/>.</param>
    void Begin(int rows, int melFrames);

    /// <summary>
    /// Runs the encoder over one row. Rows are encoded one at a time: measured, a batch is 5 to 20 % slower (its activations leave the cache), takes as many times the memory,
    /// and cannot be cancelled between rows.
    /// </summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    /// <param name="mel"><c>[melFrames, MelBins]</c>, row-major.</param>
    /// <exception cref="SpeechModelException">ONNX Runtime failed; the text is kept.</exception>
    void Encode(int row, ReadOnlySpan<float> mel);

    /// <summary>Runs the decoder over the next tokens of all rows.</summary>
    /// <param name="tokens"><c>[Rows, tokensPerRow]</c>, row-major.</param>
    /// <param name="tokensPerRow">At least 1; with those before at most <see cref="AttentionLayout.ContextTokens"/>.</param>
    /// <exception cref="SpeechModelException">ONNX Runtime failed; the text is kept.</exception>
    void Step(ReadOnlySpan<long> tokens, int tokensPerRow);

    /// <summary>The row's logits after its last token; the caller may change them. Valid until the next <see cref="Step"/> or <see cref="RemoveRow"/>.</summary>
    Span<float> Logits(int row);

    /// <summary>
    /// Where one of the row's tokens of the last step looked, or the last of them: <c>[EncoderFrames]</c> weights of one head that sum to 1. Valid until the next <see cref="Step"/> or
    /// <see cref="RemoveRow"/>.
    /// </summary>
    /// <param name="row">0 to <see cref="Rows"/> - 1.</param>
    /// <param name="head">0 to <see cref="AttentionLayout.AlignmentHeads"/> - 1.</param>
    /// <param name="token">The token's place in the last step; negative for the last.</param>
    ReadOnlySpan<float> Alignment(int row, int head, int token = -1);

    /// <summary>Takes a row out of the batch after a step: the last row moves into its place, logits and alignment not.</summary>
    void RemoveRow(int row);

    /// <summary>
    /// Replaces the rows of a batch of one utterance: row i goes on from the tokens of the former row <paramref name="parents"/>[i]. All share the utterance's encoder output.
    /// </summary>
    /// <param name="parents">1 to <see cref="MaxRows"/> of the present rows, each as often as wanted.</param>
    void Branch(ReadOnlySpan<int> parents);

    /// <summary>Forgets the tokens of a batch of one utterance, which then has one row, but not the utterance.</summary>
    void Rewind();
}
