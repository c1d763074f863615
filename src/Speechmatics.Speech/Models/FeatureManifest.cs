namespace Speechmatics.Speech.Models;

/// <summary>The <c>features</c> section of <c>model.json</c>: how the model's mel frames are computed. Checked only for presence; the features layer judges the values.</summary>
internal sealed record FeatureManifest
{
    /// <summary>The kind of features, <c>log-mel</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Mel bins of one frame.</summary>
    public required int Bins { get; init; }

    /// <summary>Samples from one frame to the next.</summary>
    public required int HopSamples { get; init; }

    /// <summary>Samples under the window.</summary>
    public required int WindowSamples { get; init; }

    /// <summary>Size of the Fourier transform; the window is padded to it with zeros.</summary>
    public required int FftSamples { get; init; }

    /// <summary>The window's name, such as <c>hann-symmetric</c>.</summary>
    public required string Window { get; init; }

    /// <summary>Pre-emphasis coefficient; 0 for none.</summary>
    public double PreEmphasis { get; init; }

    /// <summary>The mel scale's name, such as <c>slaney</c>.</summary>
    public required string MelScale { get; init; }

    /// <summary>Lower edge of the filters in Hz.</summary>
    public double LowHz { get; init; }

    /// <summary>Upper edge of the filters in Hz.</summary>
    public required double HighHz { get; init; }

    /// <summary>Added to the mel energy before the logarithm.</summary>
    public required double LogGuard { get; init; }

    /// <summary>Normalisation over time, <c>none</c> or a name.</summary>
    public string Normalisation { get; init; } = "none";

    /// <summary>Whether frame n is centred on sample n * hop.</summary>
    public bool Centred { get; init; } = true;
}
