using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>What one operating point gives and costs.</summary>
internal sealed record OperatingPointFigures
{
    public required string Name { get; init; }

    public required ErrorCounts Finals { get; init; }

    /// <summary>Errors of the words as they stood on the screen one second after they were spoken.</summary>
    public required ErrorCounts Partials { get; init; }

    /// <summary>Processor time of the process for each second of audio, the player included.</summary>
    public required double ProcessorMilliseconds { get; init; }

    public required LogHistogram FinalLag { get; init; }

    /// <summary>Utterances whose second pass was skipped: the pool was too busy to tell what it can do.</summary>
    public required long Skipped { get; init; }

    /// <summary>Sessions at the speed of speech; null where not measured.</summary>
    public int? SessionsHeld { get; init; }
}
