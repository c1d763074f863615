namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// When, in seconds from the run's start, each kind of quality gave way in a spike and when it came back; null for what never happened. The promised order: refined partials stop, chunks grow, second passes are skipped.
/// </summary>
/// <param name="RefiningStopped">The start of the first second in the spike without a refined partial, where there were some before.</param>
/// <param name="ChunksGrew">The first sample whose mean chunk is larger than any before the spike.</param>
/// <param name="FirstSkipped">The first sample with a skipped second pass.</param>
/// <param name="LastSkipped">The last one.</param>
/// <param name="ChunksBack">The first sample after the spike, and after the growth, whose mean chunk is no larger than those before it.</param>
/// <param name="RefiningBack">The first refined partial after the spike.</param>
internal sealed record Degradation(double? RefiningStopped, double? ChunksGrew, double? FirstSkipped, double? LastSkipped, double? ChunksBack, double? RefiningBack)
{
    /// <summary>Whether anything gave way.</summary>
    public bool GaveWay => (RefiningStopped ?? ChunksGrew ?? FirstSkipped) is not null;

    /// <summary>Whether what happened came in the promised order; at the same sample is in order.</summary>
    public bool InOrder => (RefiningStopped ?? 0) <= (ChunksGrew ?? double.MaxValue) && (ChunksGrew ?? (FirstSkipped is null ? 0 : double.MaxValue)) <= (FirstSkipped ?? double.MaxValue);

    public static Degradation Of(IReadOnlyList<LoadSample> samples, double windowStart, double spikeStart, double spikeEnd)
    {
        var before = samples.Where(sample => sample.Seconds > windowStart && sample.Seconds <= spikeStart).ToArray();
        var usual = before.Max(sample => sample.ChunkMilliseconds);
        var refined = before.Any(sample => sample.RefinedPartials > 0);
        var stopped = refined ? First(sample => sample.Seconds > spikeStart && !samples.Any(other => other.Seconds >= sample.Seconds && other.Seconds < sample.Seconds + 1 && other.RefinedPartials > 0)) : null;
        var grew = First(sample => sample.Seconds > spikeStart && sample.ChunkMilliseconds > usual);
        return new Degradation(
            stopped,
            grew,
            First(sample => sample.SkippedReadings > 0),
            samples.LastOrDefault(sample => sample.SkippedReadings > 0)?.Seconds,
            grew is null ? null : First(sample => sample.Seconds > Math.Max(spikeEnd, grew.Value) && sample.ChunkMilliseconds <= usual),
            stopped is null ? null : First(sample => sample.Seconds > spikeEnd && sample.RefinedPartials > 0));

        double? First(Func<LoadSample, bool> condition) => samples.FirstOrDefault(condition)?.Seconds;
    }
}
