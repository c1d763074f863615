namespace Speechmatics.Speech.Models;

/// <summary>Encoder frames of one step, by row: all that a decoder sees of the encoder.</summary>
internal interface IEncodedChunk
{
    /// <summary>The row's encoder frames: <c>[chunkFrames, OutputWidth]</c>, valid until the next run.</summary>
    ReadOnlySpan<float> Encoded(int row);
}
