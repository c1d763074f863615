namespace Speechmatics.Speech.Cli.Load;

/// <summary>One number of sessions tried in the search for the capacity.</summary>
/// <param name="Sessions">Sessions asked for.</param>
/// <param name="Result">What the stage's run measured.</param>
/// <param name="Failure">Why the pool does not hold so many; null when it does.</param>
internal sealed record CapacityStage(int Sessions, LoadResult Result, string? Failure)
{
    /// <summary>The bare encoder just before and just after the stage: a shared machine is not the same a minute later. Null where it was left out.</summary>
    public (EncoderBaseline Before, EncoderBaseline After)? Baselines { get; init; }

    /// <summary>
    /// Judges a stage: it holds when no audio was dropped, no session failed, the lag's p99 is within the limit and audio did not pile up. Enhanced sessions: the limit is for partials, since finals have until their
    /// <c>MaxDelay</c>, and no second pass may have been skipped.
    /// </summary>
    public static CapacityStage Judge(LoadResult result, LoadSettings settings)
    {
        var growth = (result.Backlog.End - result.Backlog.Start) / Math.Max(1e-9, result.Window.Seconds - result.WindowStart);
        var lag = settings.IsEnhanced ? result.Window.PartialLagP99 : result.Window.LagP99;
        var failure = result switch
        {
            { DroppedSeconds: > 0 } => FormattableString.Invariant($"{result.DroppedSeconds:0.0} s of audio dropped"),
            { Failures.Count: > 0 } => result.Failures[0],
            _ when lag is null => "no events",
            { SkippedReadings: > 0 } => FormattableString.Invariant($"{result.SkippedReadings} second passes skipped"),
            _ when lag > settings.LagLimit.TotalMilliseconds => FormattableString.Invariant($"lag p99 {lag:0} ms"),

            // waiting audio moves by a chunk or two as the pool changes its chunks; a pool that cannot keep up falls behind steadily
            _ when growth > 0.05 * settings.RealTimeFactor && result.Backlog.End > 2 => FormattableString.Invariant($"falls behind by {growth:0.00} s a second"),
            _ => null,
        };
        return new CapacityStage(settings.Sessions, result, failure);
    }
}
