namespace Speechmatics.Speech.Sessions;

/// <summary>What a session does with audio for which its buffer has no room.</summary>
public enum OverrunPolicy
{
    /// <summary>
    /// Nothing is lost: <see cref="SpeechSession.TryWrite(ReadOnlySpan{float})"/> returns false and takes nothing, <see cref="SpeechSession.WriteAsync(ReadOnlyMemory{float}, CancellationToken)"/> waits.
    /// </summary>
    Wait,

    /// <summary>The oldest audio that has not been recognised makes room; each loss is told by a <see cref="SessionNotice"/> with its length.</summary>
    DropOldest,

    /// <summary>The session ends: its events end with a <see cref="SessionOverrunException"/>.</summary>
    Fail,
}
