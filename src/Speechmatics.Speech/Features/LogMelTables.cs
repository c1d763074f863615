namespace Speechmatics.Speech.Features;

/// <summary>What all streams of one model share: window, tables of the transform, mel filters. Immutable and thread-safe.</summary>
internal sealed class LogMelTables
{
    /// <exception cref="ArgumentException">The options contradict each other or ask for what is not supported.</exception>
    public LogMelTables(LogMelOptions options)
        : this(options, MelKernel.Create)
    {
    }

    /// <summary>With a kernel of the caller's choice, for tests.</summary>
    internal LogMelTables(LogMelOptions options, Func<MelFraming, MelFilterBank, LogCompression, MelKernel> createKernel)
    {
        if (!float.IsNormal(options.LogGuard) || options.LogGuard < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.LogGuard, "The guard of the logarithm is above zero.");
        if (options.Normalisation != FeatureNormalisation.None)
            throw new NotSupportedException("A stream cannot be normalised per feature: that needs the whole utterance.");

        Options = options;
        var framing = new MelFraming(options.HopSamples, options.WindowSamples, options.FftSamples, options.Window);
        framing.Validate();
        var filters = new MelFilterBank(options.Bins, options.FftSamples, options.SampleRate, options.LowHz, options.HighHz);
        Kernel = createKernel(framing, filters, new LogCompression(Floor: 0, options.LogGuard, Scale: 1));
    }

    /// <summary>What the tables were made for.</summary>
    public LogMelOptions Options { get; }

    /// <summary>What computes frames.</summary>
    internal MelKernel Kernel { get; }

    /// <summary>Zeros a stream begins with, and ends with: in a centred frame t's window the sample t * hop is the middle one.</summary>
    internal int EdgeSamples => Options.Centred ? (Options.FftSamples / 2) - ((Options.FftSamples - Options.WindowSamples) / 2) : 0;
}
