using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>Every counter of a run at one moment; two of them give a <see cref="LoadSample"/>.</summary>
internal sealed record LoadReading
{
    /// <summary>From the run's start.</summary>
    public required TimeSpan Time { get; init; }

    public required SessionPoolStatus Status { get; init; }

    public required LogHistogram PartialLag { get; init; }

    public required LogHistogram FinalLag { get; init; }

    public required LogHistogram DriverLateness { get; init; }

    public required StepCounts Steps { get; init; }

    public required ReadingCounts Readings { get; init; }

    /// <summary>Seconds that workers spent on second passes, and the seconds of audio that these read.</summary>
    public required (double Work, double Audio) ReadingSeconds { get; init; }

    /// <summary>Partials, and those of them with stable words.</summary>
    public required (long All, long Stable) Partials { get; init; }

    /// <summary>Seconds that workers spent inside the encoder's runs, and in steps altogether.</summary>
    public required (double Encoder, double All) StepSeconds { get; init; }

    /// <summary>Seconds that drivers spent inside the sessions' writes: features, queues.</summary>
    public required double WriteSeconds { get; init; }

    public required ProcessTimes Times { get; init; }

    public required long AllocatedBytes { get; init; }

    public required double PauseSeconds { get; init; }

    public required long MemoryBytes { get; init; }

    public required long HeapBytes { get; init; }

    /// <summary>Audio written and not yet recognised, the mean over open sessions, in seconds.</summary>
    public required double BacklogSeconds { get; init; }

    public required long Refused { get; init; }

    public required double? WordErrorRate { get; init; }
}
