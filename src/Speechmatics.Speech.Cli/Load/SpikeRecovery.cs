namespace Speechmatics.Speech.Cli.Load;

/// <summary>How long a spike was felt.</summary>
internal static class SpikeRecovery
{
    /// <summary>
    /// Adds the lag before the spike, the highest p99 of the samples before it, and the time from the spike's end to the first sample that is no higher.
    /// </summary>
    public static LoadResult AddTo(LoadResult result, LoadSettings settings)
    {
        var spikeStart = LoadSchedule.SpikeStart(settings).TotalSeconds;
        var spikeEnd = LoadSchedule.SpikeEnd(settings).TotalSeconds;
        var steady = result.Samples.Where(sample => sample.Seconds > result.WindowStart && sample.Seconds <= spikeStart).Max(sample => sample.LagP99);
        var recovered = result.Samples.FirstOrDefault(sample => sample.Seconds > spikeEnd && sample.LagP99 <= steady);
        return result with
        {
            SteadyLagP99 = steady,
            RecoverySeconds = recovered is null ? null : recovered.Seconds - spikeEnd,
            Degradation = settings.IsEnhanced ? Degradation.Of(result.Samples, result.WindowStart, spikeStart, spikeEnd) : null,
        };
    }
}
