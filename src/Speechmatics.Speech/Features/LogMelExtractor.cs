using System.Numerics.Tensors;

namespace Speechmatics.Speech.Features;

/// <summary>One stream's way from samples to log-mel frames. Keeps less than a window of samples; not thread-safe.</summary>
/// <remarks>
/// A frame is written as soon as the last sample of its window has come. However the samples are divided over calls, the frames are the
/// same to the bit. Samples are expected to be finite: NaN and infinity make NaN frames as long as a window holds them. The front end is
/// that of NeMo's AudioToMelSpectrogramPreprocessor without dither.
/// </remarks>
internal sealed class LogMelExtractor
{
    private const int StateVersion = 1;

    private readonly LogMelTables _tables;
    private readonly float[] _pending;
    private int _pendingCount;
    private float _lastSample;

    public LogMelExtractor(LogMelTables tables)
    {
        _tables = tables;
        _pending = new float[tables.Options.WindowSamples];
        Reset();
    }

    /// <summary>What the frames are like.</summary>
    public LogMelOptions Options => _tables.Options;

    /// <summary>Frames written since the stream began.</summary>
    public long FramesProduced => WholeFrames(_tables.EdgeSamples + SamplesConsumed);

    /// <summary>Samples taken since the stream began.</summary>
    public long SamplesConsumed { get; private set; }

    /// <summary>Frames still owed if the stream ended now: for SamplesConsumed / hop in all when centred, none otherwise.</summary>
    public int TailFrames => _tables.Options.Centred ? (int)Math.Max(0, (SamplesConsumed / Framing.HopSamples) - FramesProduced) : 0;

    private MelFraming Framing => _tables.Kernel.Framing;

    /// <summary>Frames that <see cref="Process"/> would write for this many further samples.</summary>
    public int FramesAfter(int sampleCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sampleCount);
        return (int)(WholeFrames(_tables.EdgeSamples + SamplesConsumed + sampleCount) - FramesProduced);
    }

    /// <summary>Takes all samples and writes the frames that they complete.</summary>
    /// <param name="samples">Any number of samples, in [-1, 1] at the model's rate.</param>
    /// <param name="frames">Takes <see cref="FramesAfter"/> rows of the model's bins. May not overlap the samples.</param>
    /// <returns>The number of frames written.</returns>
    /// <exception cref="ArgumentException"><paramref name="frames"/> is too short; nothing was taken.</exception>
    public int Process(ReadOnlySpan<float> samples, Span<float> frames)
    {
        var kernel = _tables.Kernel;
        var total = FramesAfter(samples.Length);
        if (frames.Length < (long)total * kernel.Bins)
            throw new ArgumentException($"{total} frames of {kernel.Bins} bins do not fit into {frames.Length} floats.", nameof(frames));

        SamplesConsumed += samples.Length;
        if (total == 0)
        {
            Append(samples, _pending);
            return 0;
        }

        var signal = FeatureScratch.SignalOfThread(Framing.SamplesOf(kernel.GroupFrames));
        Pending.CopyTo(signal);
        for (var written = 0; written < total;)
        {
            var count = Math.Min(total - written, kernel.GroupFrames);
            var needed = Framing.SamplesOf(count) - _pendingCount;
            Append(samples[..needed], signal);
            samples = samples[needed..];
            kernel.Compute(signal, count, frames[(written * kernel.Bins)..]);
            written += count;

            var used = count * Framing.HopSamples;
            signal[used.._pendingCount].CopyTo(signal);
            _pendingCount -= used;
        }

        signal[.._pendingCount].CopyTo(_pending);
        Append(samples, _pending);
        return total;
    }

    /// <summary>Writes the <see cref="TailFrames"/> frames, with zeros after the last sample, and changes nothing.</summary>
    /// <param name="frames">Takes TailFrames rows of the model's bins.</param>
    /// <returns>The number of frames written.</returns>
    public int PeekTail(Span<float> frames)
    {
        var kernel = _tables.Kernel;
        var signal = FeatureScratch.SignalOfThread(Framing.SamplesOf(1));
        var total = TailFrames;
        for (var written = 0; written < total; written++)
        {
            // pre-emphasis has already been applied to what is pending, so no sample jumps to zero through it
            var rest = Pending[Math.Min(_pendingCount, written * Framing.HopSamples)..];
            rest.CopyTo(signal);
            signal[rest.Length..].Clear();
            kernel.Compute(signal, 1, frames[(written * kernel.Bins)..]);
        }

        return total;
    }

    /// <summary>Back to a stream's beginning.</summary>
    public void Reset()
    {
        SamplesConsumed = 0;
        _lastSample = 0;
        _pendingCount = _tables.EdgeSamples;
        Pending.Clear();
    }

    /// <summary>Writes the stream's state.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(StateVersion);
        writer.Write(SamplesConsumed);
        writer.Write(_lastSample);
        writer.Write(_pendingCount);
        foreach (var sample in Pending)
            writer.Write(sample);
    }

    /// <summary>Continues from a state that an extractor with the same options saved.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another version or model; this stream is as it was.</exception>
    /// <exception cref="EndOfStreamException">The state is truncated; this stream is as it was.</exception>
    public void Load(BinaryReader reader)
    {
        var version = reader.ReadInt32();
        if (version != StateVersion)
            throw new InvalidDataException($"Feature state has version {version}; this build reads version {StateVersion}.");
        var samplesConsumed = reader.ReadInt64();
        var lastSample = reader.ReadSingle();
        var pendingCount = reader.ReadInt32();
        if (samplesConsumed < 0 || pendingCount != PendingAfter(samplesConsumed))
        {
            throw new InvalidDataException(
                $"Feature state with {pendingCount} pending of {samplesConsumed} samples does not fit this model's frames.");
        }


        var pending = FeatureScratch.SignalOfThread(pendingCount);
        foreach (ref var sample in pending)
            sample = reader.ReadSingle();

        pending.CopyTo(_pending);
        _pendingCount = pendingCount;
        _lastSample = lastSample;
        SamplesConsumed = samplesConsumed;
    }

    private Span<float> Pending => _pending.AsSpan(0, _pendingCount);

    private long WholeFrames(long signalSamples) =>
        signalSamples < Framing.WindowSamples ? 0 : ((signalSamples - Framing.WindowSamples) / Framing.HopSamples) + 1;

    private long PendingAfter(long samplesConsumed)
    {
        var signal = _tables.EdgeSamples + samplesConsumed;
        return signal - (WholeFrames(signal) * Framing.HopSamples);
    }

    /// <summary>Appends samples, pre-emphasised, to what is pending in <paramref name="signal"/>.</summary>
    private void Append(ReadOnlySpan<float> samples, Span<float> signal)
    {
        if (samples.IsEmpty)
            return;
        var to = signal.Slice(_pendingCount, samples.Length);
        var factor = _tables.Options.PreEmphasis;
        to[0] = samples[0] - (factor * _lastSample);
        TensorPrimitives.Multiply(samples[..^1], factor, to[1..]);
        TensorPrimitives.Subtract(samples[1..], to[1..], to[1..]);
        _pendingCount += samples.Length;
        _lastSample = samples[^1];
    }
}
