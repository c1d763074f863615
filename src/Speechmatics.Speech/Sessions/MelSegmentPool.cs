namespace Speechmatics.Speech.Sessions;

/// <summary>Lends the blocks of mel frames that wait in sessions, so that an idle session holds next to nothing. Thread-safe.</summary>
internal sealed class MelSegmentPool(int melBins)
{
    /// <summary>Mel frames of one segment: 0.64 s at a hop of 10 ms.</summary>
    public const int FramesPerSegment = 64;

    private readonly Lock _gate = new();
    private readonly Stack<MelSegment> _free = new();

    public int MelBins { get; } = melBins;

    public MelSegment Rent()
    {
        lock (_gate)
            if (_free.TryPop(out var segment)) return segment;

        return new MelSegment(new float[FramesPerSegment * MelBins], new long[FramesPerSegment]);
    }

    public void Return(MelSegment segment)
    {
        lock (_gate) _free.Push(segment);
    }
}
