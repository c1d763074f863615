namespace Speechmatics.Speech.Models;

/// <summary>The layout of one state tensor of the encoder: for each session a ring of <c>[heads, ringFrames, width]</c> floats.</summary>
/// <param name="InputName">The encoder's input that reads the ring.</param>
/// <param name="OutputName">The encoder's output with the chunk's new rows, <c>[heads, framesPerEncoderFrame * C, width]</c> for each session.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="RingFrames">Frames the ring holds (R); the layer's frame f lies in slot f mod R.</param>
/// <param name="Width">Floats for each head and frame.</param>
/// <param name="FramesPerEncoderFrame">Frames of this layer for each encoder frame (P).</param>
internal sealed record StateTensor(string InputName, string OutputName, int Heads, int RingFrames, int Width, int FramesPerEncoderFrame)
{
    /// <summary>Floats one session keeps in this tensor.</summary>
    public int FloatsPerSession => Heads * RingFrames * Width;

    /// <summary>Floats one session receives for this tensor from a chunk of <paramref name="chunkFrames"/> encoder frames.</summary>
    public int NewFloatsPerSession(int chunkFrames) => Heads * FramesPerEncoderFrame * chunkFrames * Width;
}
