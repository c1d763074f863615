using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>What one run measured. The window is the run without its warm-up and without the draining at its end.</summary>
internal sealed record LoadResult
{
    public required IReadOnlyList<LoadSample> Samples { get; init; }

    /// <summary>The window as one sample.</summary>
    public required LoadSample Window { get; init; }

    /// <summary>When the window begins, in seconds from the run's start.</summary>
    public required double WindowStart { get; init; }

    /// <summary>Open sessions, the mean over the window's samples.</summary>
    public required double MeanSessions { get; init; }

    /// <summary>Audio waiting for each session when the window began and when it ended, in seconds.</summary>
    public required (double Start, double End) Backlog { get; init; }

    public required LogHistogram PartialLag { get; init; }

    public required LogHistogram FinalLag { get; init; }

    public required LogHistogram DriverLateness { get; init; }

    /// <summary>How long opening a session took, over the whole run.</summary>
    public required LogHistogram Opening { get; init; }

    public required StepCounts Steps { get; init; }

    public required ReadingCounts Readings { get; init; }

    // over the whole run, draining included

    public required int SessionsOpened { get; init; }

    public required long Refused { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    public required double DroppedSeconds { get; init; }

    /// <summary>Utterances whose second pass was skipped.</summary>
    public required long SkippedReadings { get; init; }

    public required long RefusedPackets { get; init; }

    public required long LatencyNotices { get; init; }

    /// <summary>Sessions whose last events had not come when draining was given up.</summary>
    public required int NotDrained { get; init; }

    public required ErrorCounts Errors { get; init; }

    public required long Clips { get; init; }

    public required long StateBytes { get; init; }

    public required IReadOnlyList<SessionFacts> Sessions { get; init; }

    /// <summary>For a spike: seconds from its end to the first sample whose lag p99 is no higher than it was before the spike; null when that never came, or for other patterns.</summary>
    public double? RecoverySeconds { get; init; }

    /// <summary>For a spike of enhanced sessions: when each kind of quality gave way and came back.</summary>
    public Degradation? Degradation { get; init; }

    /// <summary>For a spike: the lag p99 between warm-up and spike.</summary>
    public double? SteadyLagP99 { get; init; }
}
