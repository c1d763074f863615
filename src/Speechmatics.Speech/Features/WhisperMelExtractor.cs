using System.Numerics.Tensors;

namespace Speechmatics.Speech.Features;

/// <summary>From a whole utterance to Whisper's log-mel frames. Immutable and thread-safe; its scratch belongs to the calling thread.</summary>
/// <remarks>
/// Frame t is centred on sample t * hop; beyond its ends the padded utterance is mirrored, as torch.stft does, and the last column of that
/// transform is dropped. log10 of the mel power is raised to the utterance's maximum less the dynamic range, then shifted and scaled
/// (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022). Frames of padding alone are not computed: all of
/// them are alike.
/// </remarks>
internal sealed class WhisperMelExtractor
{
    private const float LogarithmOfE = 0.43429448190325176f;

    private readonly WhisperMelOptions _options;
    private readonly MelKernel _kernel;
    private readonly float _silence;

    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public WhisperMelExtractor(WhisperMelOptions options)
        : this(options, MelKernel.Create)
    {
    }

    /// <summary>With a kernel of the caller's choice, for tests.</summary>
    internal WhisperMelExtractor(WhisperMelOptions options, Func<MelFraming, MelFilterBank, LogCompression, MelKernel> createKernel)
    {
        if (!float.IsNormal(options.Floor) || options.Floor < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Floor, "The floor of the mel power is above zero.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.DynamicRange);
        ArgumentOutOfRangeException.ThrowIfZero(options.Divisor);
        var framing = new MelFraming(options.HopSamples, options.WindowSamples, options.FftSamples, options.Window);
        framing.Validate();
        var filters = new MelFilterBank(options.Bins, options.FftSamples, options.SampleRate, options.LowHz, options.HighHz);

        _options = options;
        _kernel = createKernel(framing, filters, new LogCompression(options.Floor, Guard: 0, LogarithmOfE));
        var frame = new float[options.Bins];
        _kernel.Compute(new float[framing.WindowSamples], 1, frame);
        _silence = frame[0];
    }

    /// <summary>What the frames are like.</summary>
    public WhisperMelOptions Options => _options;

    /// <summary>Frames of an utterance padded to this many samples.</summary>
    public static int Frames(int paddedSamples, int hopSamples = 160) => paddedSamples / hopSamples;

    /// <summary>Computes the frames of one utterance.</summary>
    /// <param name="samples">The utterance, finite, in [-1, 1] at the model's rate.</param>
    /// <param name="paddedSamples">Its length after padding with silence: at least its own, and more than half a window.</param>
    /// <param name="frames">Takes <see cref="Frames"/>(paddedSamples) rows of the model's bins.</param>
    /// <exception cref="ArgumentException">The padded length is too short, or the frames do not fit.</exception>
    public void Compute(ReadOnlySpan<float> samples, int paddedSamples, Span<float> frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paddedSamples, samples.Length);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(paddedSamples, EdgeSamples);
        var count = Frames(paddedSamples, _options.HopSamples);
        if (frames.Length < (long)count * _options.Bins)
            throw new ArgumentException($"{count} frames of {_options.Bins} bins do not fit into {frames.Length} floats.", nameof(frames));

        // where a window begins behind the utterance, what it mirrors lies there too
        var heard = (int)Math.Min(count, ((long)samples.Length + EdgeSamples + _options.HopSamples - 1) / _options.HopSamples);
        for (var first = 0; first < heard; first += _kernel.GroupFrames)
        {
            var group = Math.Min(heard - first, _kernel.GroupFrames);
            _kernel.Compute(Signal(samples, paddedSamples, first, group), group, frames[(first * _options.Bins)..]);
        }

        var values = frames[..(heard * _options.Bins)];
        var largest = heard == 0 ? _silence : TensorPrimitives.Max<float>(values);
        var least = (heard < count ? MathF.Max(largest, _silence) : largest) - _options.DynamicRange;
        TensorPrimitives.Max(values, least, values);
        TensorPrimitives.Add(values, _options.Offset, values);
        TensorPrimitives.Divide(values, _options.Divisor, values);
        frames[values.Length..(count * _options.Bins)].Fill((MathF.Max(_silence, least) + _options.Offset) / _options.Divisor);
    }

    private int EdgeSamples => (_options.FftSamples / 2) - ((_options.FftSamples - _options.WindowSamples) / 2);

    /// <summary>The samples that a group of frames sees: the utterance's own where they lie within it, else pieced together.</summary>
    private ReadOnlySpan<float> Signal(ReadOnlySpan<float> samples, int paddedSamples, int firstFrame, int frameCount)
    {
        var start = (firstFrame * _options.HopSamples) - EdgeSamples;
        var length = _kernel.Framing.SamplesOf(frameCount);
        if (start >= 0 && start + length <= samples.Length)
            return samples.Slice(start, length);

        var signal = FeatureScratch.SignalOfThread(length);
        for (var i = 0; i < length; i++)
        {
            var at = Math.Abs(start + i);
            if (at >= paddedSamples)
                at = (2 * (paddedSamples - 1)) - at;
            signal[i] = at < samples.Length ? samples[at] : 0;
        }

        return signal;
    }
}
