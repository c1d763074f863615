namespace Speechmatics.Speech.Sessions;

/// <summary>A forced end of utterance.</summary>
/// <param name="MelFrames">Whole mel frames received before the request.</param>
/// <param name="Tail">Mel frames of the audio after them, computed as if silence followed: <c>[frames, bins]</c>.</param>
/// <param name="TailFrames">Frames of <paramref name="Tail"/>.</param>
/// <param name="RequestedAt">When it was asked for (timestamp of the pool's clock).</param>
internal sealed record FlushRequest(long MelFrames, float[] Tail, int TailFrames, long RequestedAt)
{
    /// <summary>Completes when the utterance's last final is in the event queue.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The same request after mel frames [start, start + count) were dropped from the stream.</summary>
    public FlushRequest Without(long start, long count) =>
        MelFrames <= start ? this
        : MelFrames >= start + count ? this with { MelFrames = MelFrames - count }
        : this with { MelFrames = start, Tail = [], TailFrames = 0 };
}
