using System.Runtime.Intrinsics;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Features;

/// <summary>From samples to mel frames, a group of frames at a time. Immutable, shared by all threads.</summary>
/// <remarks>A frame's bits depend on its samples alone: not on the frames computed with it, not on its place among them, not on the
/// kernel's width.</remarks>
internal abstract class MelKernel
{
    /// <summary>The most frames computed at once. One frame takes as long as eight, so samples in larger pieces cost less.</summary>
    public abstract int GroupFrames { get; }

    /// <summary>Bins of a frame.</summary>
    public abstract int Bins { get; }

    /// <summary>Where frames lie in the signal.</summary>
    public abstract MelFraming Framing { get; }

    /// <summary>The kernel of the widest vectors this processor is fast with.</summary>
    public static MelKernel Create(MelFraming framing, MelFilterBank filters, LogCompression compression) =>
        Vector512.IsHardwareAccelerated
            ? new MelKernel<Lanes16>(framing, filters, compression, forFewFrames: new MelKernel<Lanes8>(framing, filters, compression))
        : Vector256.IsHardwareAccelerated ? new MelKernel<Lanes8>(framing, filters, compression)
        : Vector128.IsHardwareAccelerated ? new MelKernel<Lanes4>(framing, filters, compression)
        : new MelKernel<Lanes1>(framing, filters, compression);

    /// <summary>Computes <paramref name="frameCount"/> frames, the first of which begins at the signal's first sample.</summary>
    /// <param name="signal">At least the samples of these frames.</param>
    /// <param name="frameCount">1 to <see cref="GroupFrames"/>.</param>
    /// <param name="frames">Takes frameCount rows of <see cref="Bins"/>.</param>
    public abstract void Compute(ReadOnlySpan<float> signal, int frameCount, Span<float> frames);
}
