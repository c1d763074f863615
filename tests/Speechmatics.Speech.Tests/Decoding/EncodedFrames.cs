using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>Recorded encoder frames, one stream for each row, as a decoder reads them.</summary>
internal sealed class EncodedFrames(int width, params float[][] rows) : IEncodedChunk
{
    /// <summary>The frame that <see cref="Encoded"/> begins with.</summary>
    public int FirstFrame { get; set; }

    public ReadOnlySpan<float> Encoded(int row) => rows[row].AsSpan(FirstFrame * width);
}
