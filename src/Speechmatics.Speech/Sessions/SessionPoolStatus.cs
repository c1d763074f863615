namespace Speechmatics.Speech.Sessions;

/// <summary>What a pool is doing, as one cheap snapshot. Counters run from the pool's start.</summary>
public sealed record SessionPoolStatus
{
    /// <summary>Open sessions.</summary>
    public required int ActiveSessions { get; init; }

    /// <summary>The most sessions that may be open: the option, or the measured capacity.</summary>
    public required int MaxSessions { get; init; }

    /// <summary>Sessions of unbroken speech at real time that the workers can serve, from measured steps; zero until the pool has measured.</summary>
    public required int MeasuredCapacity { get; init; }

    /// <summary>Sessions whose next chunk waits for a worker.</summary>
    public required int QueuedSessions { get; init; }

    /// <summary>Callers that wait for a place.</summary>
    public required int WaitingCallers { get; init; }

    /// <summary>Share of the workers' time spent on steps over the last second, 0 to 1.</summary>
    public required double Utilisation { get; init; }

    /// <summary>The chunk that elastic sessions use now: the mean where they are between two sizes.</summary>
    public required TimeSpan Chunk { get; init; }

    /// <summary>Audio recognised, over all sessions.</summary>
    public required TimeSpan AudioRecognized { get; init; }

    /// <summary>Audio dropped, over all sessions.</summary>
    public required TimeSpan AudioDropped { get; init; }

    /// <summary>Steps run.</summary>
    public required long Steps { get; init; }

    /// <summary>Sessions' chunks run: the sum of the steps' batch sizes.</summary>
    public required long Chunks { get; init; }

    /// <summary>Chunks whose state had to be copied because the sessions of a step did not lie together.</summary>
    public required long MovedChunks { get; init; }

    /// <summary>Calls of <see cref="SessionPool.OpenAsync"/> that were refused.</summary>
    public required long RefusedSessions { get; init; }

    /// <summary>Sessions that ended with an error.</summary>
    public required long FailedSessions { get; init; }

    /// <summary>Utterances, or parts of long ones, read by the second pass.</summary>
    public required long Readings { get; init; }

    /// <summary>Utterances whose second pass was skipped under overload.</summary>
    public required long SkippedReadings { get; init; }

    /// <summary>Utterances that the second pass read once more with full padding, because the first reading was not plausible.</summary>
    public required long RepeatedReadings { get; init; }

    /// <summary>Readings of unfinished utterances, for the stable words of partials.</summary>
    public required long RefinedPartials { get; init; }

    /// <summary>Words left out because the voice activity model heard no speech where they were said to be.</summary>
    public required long SuppressedWords { get; init; }

    /// <summary>Stretches of speech that had given no words and were decoded again.</summary>
    public required long RescuedSpans { get; init; }

    /// <summary>Stretches of speech that had given no words and could not be decoded again.</summary>
    public required long SkippedRescues { get; init; }

    /// <summary>Utterances that wait for their second pass.</summary>
    public required int QueuedReadings { get; init; }

    /// <summary>Bytes of session state held.</summary>
    public required long StateBytes { get; init; }
}
