using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A stream's recent audio at the model's rate, by absolute sample index, for the second pass and for voice activity. Kept in 16 bits: exact for PCM16 sources, half the memory of floats. Guarded by the stream's lock.
/// </summary>
internal sealed class UtteranceAudio
{
    private const int SegmentSamples = 8192;
    private readonly List<short[]> _segments = [];
    private readonly Stack<short[]> _spare = new();
    private long _base;

    /// <summary>Samples appended since the stream's start.</summary>
    public long Written { get; private set; }

    /// <summary>The first sample still held.</summary>
    public long Start => _base;

    public void Append(ReadOnlySpan<float> samples)
    {
        while (samples.Length > 0)
        {
            var offset = (int)(Written - _base);
            if (offset == _segments.Count * SegmentSamples) _segments.Add(_spare.TryPop(out var spare) ? spare : new short[SegmentSamples]);
            var inSegment = offset % SegmentSamples;
            var take = Math.Min(samples.Length, SegmentSamples - inSegment);
            var target = _segments[offset / SegmentSamples].AsSpan(inSegment, take);
            for (var i = 0; i < take; i++) target[i] = (short)Math.Clamp(MathF.Round(samples[i] * 32768f), short.MinValue, short.MaxValue);
            samples = samples[take..];
            Written += take;
        }
    }

    /// <summary>Copies samples that are held, from <paramref name="start"/> on.</summary>
    public void Read(long start, Span<float> destination)
    {
        for (var done = 0; done < destination.Length;)
        {
            var offset = (int)(start + done - _base);
            var inSegment = offset % SegmentSamples;
            var take = Math.Min(destination.Length - done, SegmentSamples - inSegment);
            SampleConversion.Pcm16ToFloat(_segments[offset / SegmentSamples].AsSpan(inSegment, take), destination.Slice(done, take));
            done += take;
        }
    }

    /// <summary>Forgets samples before <paramref name="sample"/>, in whole segments.</summary>
    public void DiscardBefore(long sample)
    {
        var count = (int)Math.Clamp((Math.Min(sample, Written) - _base) / SegmentSamples, 0, _segments.Count);
        for (var i = 0; i < count; i++)
            if (_spare.Count < 2) _spare.Push(_segments[i]);
        _segments.RemoveRange(0, count);
        _base += (long)count * SegmentSamples;
    }

    /// <summary>Takes samples [start, start + count) out of the stream; later ones move up. Used only when audio is dropped, so it may copy.</summary>
    public void Remove(long start, long count)
    {
        for (var sample = start + count; sample < Written; sample++)
        {
            var (from, to) = ((int)(sample - _base), (int)(sample - count - _base));
            _segments[to / SegmentSamples][to % SegmentSamples] = _segments[from / SegmentSamples][from % SegmentSamples];
        }

        Written -= count;
        while (_segments.Count > 0 && _base + ((_segments.Count - 1L) * SegmentSamples) >= Written) _segments.RemoveAt(_segments.Count - 1);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_base);
        writer.Write(Written);
        foreach (var segment in _segments) writer.Write(MemoryMarshal.AsBytes(segment.AsSpan()));
    }

    public void Load(BinaryReader reader)
    {
        _segments.Clear();
        _base = reader.ReadInt64();
        Written = reader.ReadInt64();
        for (var held = Written - _base; held > 0; held -= SegmentSamples)
        {
            var segment = new short[SegmentSamples];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(segment.AsSpan()));
            _segments.Add(segment);
        }
    }
}
