namespace Speechmatics.Speech.Features;

/// <summary>Log-mel features as a manifest describes them. The defaults are those of NeMo's streaming models with 80 bins.</summary>
internal sealed record LogMelOptions
{
    /// <summary>Samples per second.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Mel bins of a frame.</summary>
    public int Bins { get; init; } = 80;

    /// <summary>Samples from one frame's start to the next one's.</summary>
    public int HopSamples { get; init; } = 160;

    /// <summary>Samples a frame sees; at most <see cref="FftSamples"/>.</summary>
    public int WindowSamples { get; init; } = 400;

    /// <summary>Points of the Fourier transform: a multiple of 4 with no prime factors other than 2 and 5.</summary>
    public int FftSamples { get; init; } = 512;

    /// <summary>The factor p of y[n] = x[n] - p x[n - 1]; 0 for none.</summary>
    public float PreEmphasis { get; init; } = 0.97f;

    /// <summary>The window.</summary>
    public WindowKind Window { get; init; } = WindowKind.HannSymmetric;

    /// <summary>Where the lowest mel filter begins, in Hz.</summary>
    public double LowHz { get; init; }

    /// <summary>Where the highest mel filter ends, in Hz; at most half the sample rate.</summary>
    public double HighHz { get; init; } = 8000;

    /// <summary>Added to the mel power before the logarithm; above zero.</summary>
    public float LogGuard { get; init; } = 5.9604645e-8f;

    /// <summary>What follows the logarithm.</summary>
    public FeatureNormalisation Normalisation { get; init; }

    /// <summary>Whether frame t is centred on sample t * hop, with zeros before the first sample and after the last, and there are
    /// samples / hop frames. Otherwise frame t begins there, and only whole frames count.</summary>
    public bool Centred { get; init; } = true;
}
