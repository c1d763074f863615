namespace Speechmatics.Speech.Features;

/// <summary>Whisper's log-mel features as a manifest describes them. The defaults are those of the models with 80 bins.</summary>
internal sealed record WhisperMelOptions
{
    /// <summary>Samples per second.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Mel bins of a frame.</summary>
    public int Bins { get; init; } = 80;

    /// <summary>Samples from one frame's middle to the next one's.</summary>
    public int HopSamples { get; init; } = 160;

    /// <summary>Samples a frame sees; at most <see cref="FftSamples"/>.</summary>
    public int WindowSamples { get; init; } = 400;

    /// <summary>Points of the Fourier transform: a multiple of 4 with no prime factors other than 2 and 5.</summary>
    public int FftSamples { get; init; } = 400;

    /// <summary>The window.</summary>
    public WindowKind Window { get; init; } = WindowKind.HannPeriodic;

    /// <summary>Where the lowest mel filter begins, in Hz.</summary>
    public double LowHz { get; init; }

    /// <summary>Where the highest mel filter ends, in Hz; at most half the sample rate.</summary>
    public double HighHz { get; init; } = 8000;

    /// <summary>The least mel power, before the decimal logarithm; above zero.</summary>
    public float Floor { get; init; } = 1e-10f;

    /// <summary>No value stays further than this below the utterance's largest, in powers of ten.</summary>
    public float DynamicRange { get; init; } = 8;

    /// <summary>Added after that.</summary>
    public float Offset { get; init; } = 4;

    /// <summary>Divides the sum.</summary>
    public float Divisor { get; init; } = 4;
}
