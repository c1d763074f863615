namespace Speechmatics.Speech.Features;

/// <summary>The geometry of frames: what all kinds of mel features have in common.</summary>
/// <param name="HopSamples">Samples from one frame's start to the next one's.</param>
/// <param name="WindowSamples">Samples of a frame.</param>
/// <param name="FftSamples">Points of the transform, the rest of which is zeros.</param>
/// <param name="Window">How a frame's samples are weighted.</param>
internal readonly record struct MelFraming(int HopSamples, int WindowSamples, int FftSamples, WindowKind Window)
{
    /// <summary>Samples that this many frames see together.</summary>
    public int SamplesOf(int frames) => ((frames - 1) * HopSamples) + WindowSamples;

    /// <summary>Hops, the last of them perhaps in part, that this many frames see together.</summary>
    public int HopsOf(int frames) => (SamplesOf(frames) + HopSamples - 1) / HopSamples;

    /// <summary>The window's weights, computed in double precision.</summary>
    public float[] CreateWindow()
    {
        double period = Window == WindowKind.HannSymmetric ? WindowSamples - 1 : WindowSamples;
        var window = new float[WindowSamples];
        for (var i = 0; i < window.Length; i++)
            window[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / period)));
        return window;
    }

    /// <summary>Throws where no frame could be computed.</summary>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(HopSamples);
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowSamples, Math.Max(2, HopSamples), nameof(WindowSamples));
        ArgumentOutOfRangeException.ThrowIfLessThan(FftSamples, WindowSamples);
        if (!RealFft.IsSupported(FftSamples))
            throw new ArgumentOutOfRangeException(nameof(FftSamples), FftSamples, RealFft.LengthRule);
    }
}
