namespace Speechmatics.Speech.Sessions;

/// <summary>Lends the blocks of mel frames that wait in sessions, so that an idle session holds next to nothing. Keeps no more free blocks than are lent, so that a spike's memory goes back. Thread-safe.</summary>
internal sealed class MelSegmentPool(int melBins)
{
    /// <summary>Mel frames of one segment: 0.64 s at a hop of 10 ms.</summary>
    public const int FramesPerSegment = 64;

    private const int LeastKept = 64;

    private readonly Lock _gate = new();
    private readonly Stack<MelSegment> _free = new();
    private int _lent;

    public int MelBins { get; } = melBins;

    /// <summary>Blocks lent, and blocks kept for lending.</summary>
    public (int Lent, int Free) Count
    {
        get
        {
            lock (_gate) return (_lent, _free.Count);
        }
    }

    public MelSegment Rent()
    {
        lock (_gate)
        {
            _lent++;
            if (_free.TryPop(out var segment)) return segment;
        }

        return new MelSegment(new float[FramesPerSegment * MelBins], new long[FramesPerSegment]);
    }

    public void Return(MelSegment segment)
    {
        lock (_gate)
        {
            _lent--;
            _free.Push(segment);
            while (_free.Count > Math.Max(LeastKept, _lent)) _free.Pop();
        }
    }
}
