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

    /// <summary>Ends the request with <paramref name="failure"/>, where it has not ended yet. Its caller may have stopped waiting, so the failure counts as seen.</summary>
    public void Fail(Exception failure)
    {
        if (Done.TrySetException(failure)) _ = Done.Task.Exception;
    }

    /// <summary>The same request after mel frames [start, start + count) were dropped from the stream.</summary>
    public FlushRequest Without(long start, long count) =>
        MelFrames <= start ? this
        : MelFrames >= start + count ? this with { MelFrames = MelFrames - count }
        : this with { MelFrames = start, Tail = [], TailFrames = 0 };
}
