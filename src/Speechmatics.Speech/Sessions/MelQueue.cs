namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A stream's mel frames from the oldest the encoder still needs to the newest, by absolute index from the stream's start. Frames before the start and past the end read as silence.
/// Memory comes from a pool in segments and goes back as the encoder moves on. Guarded by the stream's lock.
/// </summary>
internal sealed class MelQueue(MelSegmentPool pool, float silence)
{
    private const int Frames = MelSegmentPool.FramesPerSegment;
    private readonly int _bins = pool.MelBins;
    private MelSegment[] _segments = new MelSegment[4];
    private int _firstSegment;
    private int _segmentCount;
    private long _written;

    /// <summary>The absolute index of the first frame still held.</summary>
    private long _baseFrame;

    /// <summary>Where in the first segment that frame lies: past 0 only after frames were taken out.</summary>
    private int _head;

    /// <summary>Frames written since the stream's start; readable without the lock.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>The absolute index of the first frame held.</summary>
    public long First => _baseFrame;

    public void Append(ReadOnlySpan<float> frames, long arrival)
    {
        while (frames.Length >= _bins)
        {
            var room = Room(frames.Length / _bins);
            var part = frames[..(Math.Min(frames.Length, room.Length) / _bins * _bins)];
            part.CopyTo(room);
            Commit(part.Length / _bins, arrival);
            frames = frames[part.Length..];
        }
    }

    /// <summary>Where the next frames may be written in place before <see cref="Commit"/>: what is left of the last segment, which may be less than <paramref name="frames"/> need.</summary>
    public Span<float> Room(int frames)
    {
        if (frames == 0) return default;
        var offset = Offset(_written);
        if (offset == _segmentCount * Frames) AddSegment();
        return Segment(offset / Frames).Frames.AsSpan(offset % Frames * _bins);
    }

    /// <summary>Takes in frames that were written to <see cref="Room"/>.</summary>
    public void Commit(int frames, long arrival)
    {
        if (frames == 0) return;
        var offset = Offset(_written);
        Segment(offset / Frames).Arrivals.AsSpan(offset % Frames, frames).Fill(arrival);
        Volatile.Write(ref _written, _written + frames);
    }

    /// <summary>Copies frames [start, start + count) to <paramref name="destination"/>; those outside the stream, or at <paramref name="end"/> and later, as silence.</summary>
    public void Copy(long start, int count, long end, Span<float> destination)
    {
        end = Math.Min(end, _written);
        for (var i = 0; i < count;)
        {
            var frame = start + i;
            if (frame < 0 || frame >= end)
            {
                var silent = frame < 0 ? (int)Math.Min(count - i, -frame) : count - i;
                destination.Slice(i * _bins, silent * _bins).Fill(silence);
                i += silent;
                continue;
            }

            var offset = Offset(frame);
            var inSegment = offset % Frames;
            var take = (int)Math.Min(Math.Min(count - i, Frames - inSegment), end - frame);
            Segment(offset / Frames).Frames.AsSpan(inSegment * _bins, take * _bins).CopyTo(destination[(i * _bins)..]);
            i += take;
        }
    }

    /// <summary>When the samples of a held frame arrived; for frames not held, of the nearest that is, or 0 when none is.</summary>
    public long ArrivalOf(long frame)
    {
        if (_segmentCount == 0) return 0;
        var offset = Offset(Math.Clamp(frame, _baseFrame, Math.Max(_baseFrame, _written - 1)));
        return Segment(offset / Frames).Arrivals[offset % Frames];
    }

    /// <summary>Forgets frames before <paramref name="frame"/>, in whole segments.</summary>
    public void DiscardBefore(long frame)
    {
        while (_segmentCount > 0 && _baseFrame + Frames - _head <= Math.Min(frame, _written))
        {
            _baseFrame += Frames - _head;
            _head = 0;
            ReturnFirst();
        }
    }

    /// <summary>
    /// Takes frames [start, start + count) out of the stream; later ones move up by number, while the few before them move in memory: a stream that is behind drops a little again and again, and what waits behind the gap is seconds long.
    /// </summary>
    public void Remove(long start, int count)
    {
        for (var frame = start - 1; frame >= _baseFrame; frame--)
        {
            var (from, to) = (Offset(frame), Offset(frame + count));
            Segment(from / Frames).Frames.AsSpan(from % Frames * _bins, _bins).CopyTo(Segment(to / Frames).Frames.AsSpan(to % Frames * _bins));
            Segment(to / Frames).Arrivals[to % Frames] = Segment(from / Frames).Arrivals[from % Frames];
        }

        Volatile.Write(ref _written, _written - count);
        for (_head += count; _head >= Frames; _head -= Frames) ReturnFirst();
    }

    /// <summary>Returns all memory to the pool.</summary>
    public void Release()
    {
        for (var i = 0; i < _segmentCount; i++) pool.Return(Segment(i));
        _segmentCount = 0;
        _head = 0;
        Array.Clear(_segments);
    }

    public void Save(BinaryWriter writer)
    {
        var held = (int)(_written - _baseFrame);
        writer.Write(_baseFrame);
        writer.Write(held);
        for (var i = 0; i < held; i++)
        {
            var offset = Offset(_baseFrame + i);
            writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Segment(offset / Frames).Frames.AsSpan(offset % Frames * _bins, _bins)));
        }
    }

    public void Load(BinaryReader reader, long arrival)
    {
        _head = 0;
        _baseFrame = reader.ReadInt64();
        Volatile.Write(ref _written, _baseFrame);
        if (_baseFrame < 0) throw new InvalidDataException("The session state contradicts itself.");
        var frame = new float[_bins];
        for (var held = reader.ReadInt32(); held > 0; held--)
        {
            reader.BaseStream.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(frame.AsSpan()));
            Append(frame, arrival);
        }
    }

    private int Offset(long frame) => (int)(frame - _baseFrame) + _head;

    private void ReturnFirst()
    {
        pool.Return(Segment(0));
        _segments[_firstSegment] = null!;
        _firstSegment = (_firstSegment + 1) & (_segments.Length - 1);
        _segmentCount--;
    }

    private MelSegment Segment(int index) => _segments[(_firstSegment + index) & (_segments.Length - 1)];

    private void AddSegment()
    {
        if (_segmentCount == _segments.Length)
        {
            var larger = new MelSegment[_segments.Length * 2];
            for (var i = 0; i < _segmentCount; i++) larger[i] = Segment(i);
            _segments = larger;
            _firstSegment = 0;
        }

        _segments[(_firstSegment + _segmentCount) & (_segments.Length - 1)] = pool.Rent();
        _segmentCount++;
    }
}
