using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Sessions;

/// <summary>A session's way from samples at the caller's rate to mel frames. Runs on the writer's thread, guarded by the stream's lock.</summary>
internal sealed class AudioIntake
{
    /// <summary>Samples converted at a time: bounds the scratch memory of a writing thread.</summary>
    public const int PieceSamples = 4096;

    [ThreadStatic]
    private static float[]? _resampledScratch;

    [ThreadStatic]
    private static float[]? _melScratch;

    /// <summary>
    /// Hops of samples that are collected before mel frames are computed, unless a chunk comes due: 32 at a time cost a fraction of one by one, for the kernel takes many in its lanes and finds its tables in the cache.
    /// </summary>
    private const int PendingHops = 32;

    private readonly float[] _pending;
    private int _pendingCount;
    private readonly int _bins;
    private readonly StreamingResampler? _resampler;
    private readonly LogMelExtractor _extractor;
    private readonly int _sampleRate;
    private readonly int _modelRate;
    private readonly int _hopSamples;

    public AudioIntake(SessionEngine engine, int sampleRate, bool keepAudio, bool voiceActivity)
    {
        _sampleRate = sampleRate;
        _modelRate = engine.Layout.SampleRate;
        _hopSamples = engine.Layout.HopSamples;
        _bins = engine.Layout.MelBins;
        _resampler = sampleRate == _modelRate ? null : new StreamingResampler(sampleRate, _modelRate);
        _pending = new float[PendingHops * _hopSamples];
        _extractor = new LogMelExtractor(engine.MelTables);
        Utterance = keepAudio ? new UtteranceAudio() : null;
        Unheard = voiceActivity ? new UtteranceAudio() : null;
    }

    /// <summary>The recent audio for the second pass, or null.</summary>
    public UtteranceAudio? Utterance { get; }

    /// <summary>The audio that the voice activity model has not heard yet, or that may be decoded again, or null. Dropped audio is taken out of it, as out of the mel frames.</summary>
    public UtteranceAudio? Unheard { get; }

    /// <summary>Mel frames that taking <paramref name="samples"/> can yield at most.</summary>
    public long MaxFrames(long samples) => (samples * _modelRate / _sampleRate / _hopSamples) + 2;

    /// <summary>Samples that yield no more than <paramref name="frames"/> mel frames, at least 0.</summary>
    public long SamplesWithin(long frames) => Math.Max(0, (frames - 2) * _hopSamples * _sampleRate / _modelRate);

    /// <summary>Mel frames that <see cref="Drain"/> would yield now.</summary>
    public int PendingFrames => _extractor.FramesAfter(_pendingCount);

    /// <summary>Takes up to <see cref="PieceSamples"/> samples; the last few may wait for more, or for <see cref="Drain"/>.</summary>
    public void Take(ReadOnlySpan<float> samples, MelQueue destination, long arrival)
    {
        if (_resampler is null)
        {
            Collect(samples, destination, arrival);
            return;
        }

        var scratch = Scratch(ref _resampledScratch, _resampler.MaxOutput(samples.Length));
        var count = _resampler.Process(samples, scratch);
        Collect(scratch.AsSpan(0, count), destination, arrival);
    }

    /// <summary>Computes the mel frames of all samples taken.</summary>
    public void Drain(MelQueue destination, long arrival)
    {
        Extract(_pending.AsSpan(0, _pendingCount), destination, arrival);
        _pendingCount = 0;
    }

    /// <summary>The stream's audio has ended: yields the frames still owed.</summary>
    public void Finish(MelQueue destination, long arrival)
    {
        if (_resampler is not null)
        {
            var scratch = Scratch(ref _resampledScratch, _resampler.MaxOutput(PieceSamples));
            Collect(scratch.AsSpan(0, _resampler.Flush(scratch)), destination, arrival);
        }

        Drain(destination, arrival);
        destination.Append(Tail(), arrival);
    }

    /// <summary>The frames that would be owed if the audio ended now, after <see cref="Drain"/>: <c>[frames, bins]</c>. Changes nothing.</summary>
    public float[] Tail()
    {
        var tail = new float[_extractor.TailFrames * _bins];
        _extractor.PeekTail(tail);
        return tail;
    }

    public void Save(BinaryWriter writer)
    {
        _resampler?.Save(writer);
        _extractor.Save(writer);
        Utterance?.Save(writer);
        Unheard?.Save(writer);
    }

    public void Load(BinaryReader reader)
    {
        _resampler?.Load(reader);
        _extractor.Load(reader);
        Utterance?.Load(reader);
        Unheard?.Load(reader);
    }

    private void Collect(ReadOnlySpan<float> samples, MelQueue destination, long arrival)
    {
        Utterance?.Append(samples);
        Unheard?.Append(samples);

        // whole buffers: a frame more or less than the kernel has lanes for costs as much as all of them
        while (_pendingCount + samples.Length >= _pending.Length)
        {
            var room = _pending.Length - _pendingCount;
            samples[..room].CopyTo(_pending.AsSpan(_pendingCount));
            _pendingCount = _pending.Length;
            Drain(destination, arrival);
            samples = samples[room..];
        }

        samples.CopyTo(_pending.AsSpan(_pendingCount));
        _pendingCount += samples.Length;
    }

    private void Extract(ReadOnlySpan<float> samples, MelQueue destination, long arrival)
    {
        var frames = _extractor.FramesAfter(samples.Length);
        var room = destination.Room(frames);
        if (room.Length >= frames * _bins)
        {
            _extractor.Process(samples, room);
            destination.Commit(frames, arrival);
            return;
        }

        var scratch = Scratch(ref _melScratch, frames * _bins);
        _extractor.Process(samples, scratch);
        destination.Append(scratch.AsSpan(0, frames * _bins), arrival);
    }

    private static float[] Scratch(ref float[]? scratch, int length) =>
        scratch is { } existing && existing.Length >= length ? existing : scratch = new float[Math.Max(length, PieceSamples)];
}
