using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Speechmatics.Speech.Sessions;

/// <summary>The library's instruments: one meter and one activity source named <c>Speechmatics.Speech</c>. Names follow OpenTelemetry's conventions.</summary>
internal static class SpeechMetrics
{
    public const string Name = "Speechmatics.Speech";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.5, 1, 2, 5, 10],
    };

    public static readonly UpDownCounter<long> ActiveSessions =
        Meter.CreateUpDownCounter<long>("speech.speechmatics.session.active", "{session}", "Open sessions.");

    public static readonly Counter<long> RefusedSessions =
        Meter.CreateCounter<long>("speech.speechmatics.session.refused", "{session}", "Sessions refused because the pool was full.");

    public static readonly Counter<double> AudioRecognized =
        Meter.CreateCounter<double>("speech.speechmatics.audio.duration", "s", "Audio recognised.");

    public static readonly Counter<double> AudioDropped =
        Meter.CreateCounter<double>("speech.speechmatics.audio.dropped", "s", "Audio dropped because it came faster than it could be taken.");

    public static readonly Histogram<double> PartialLatency = Meter.CreateHistogram(
        "speech.speechmatics.partial.latency", "s", "From the arrival of the last sample needed to the partial.", advice: LatencyBuckets);

    public static readonly Histogram<double> FinalLatency = Meter.CreateHistogram(
        "speech.speechmatics.final.latency", "s", "From the arrival of the last sample needed to the final.", advice: LatencyBuckets);

    public static readonly Histogram<double> StepDuration = Meter.CreateHistogram(
        "speech.speechmatics.step.duration",
        "s",
        "One step of the model over a batch.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2] });

    public static readonly Histogram<int> BatchSize = Meter.CreateHistogram(
        "speech.speechmatics.step.batch_size",
        "{session}",
        "Sessions in a step.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64] });

    public static readonly Histogram<double> ChunkDuration = Meter.CreateHistogram(
        "speech.speechmatics.chunk.audio_duration",
        "s",
        "Audio of one chunk.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.08, 0.16, 0.32, 0.64, 1.28, 2.56] });

    public static readonly Counter<long> Errors =
        Meter.CreateCounter<long>("speech.speechmatics.errors", "{error}", "Sessions that ended with an error, by error.type.");

    public static readonly Counter<long> SuppressedWords =
        Meter.CreateCounter<long>("speech.speechmatics.words.suppressed", "{word}", "Words left out because no speech was heard where they were said to be.");

    public static readonly Counter<long> RescuedSpans =
        Meter.CreateCounter<long>("speech.speechmatics.rescue.read", "{span}", "Stretches of speech that had given no words and were decoded again.");

    public static readonly Counter<long> SkippedRescues =
        Meter.CreateCounter<long>("speech.speechmatics.rescue.skipped", "{span}", "Stretches of speech that had given no words and could not be decoded again.");

    public static readonly Counter<long> SkippedReadings =
        Meter.CreateCounter<long>("speech.speechmatics.second_pass.skipped", "{utterance}", "Utterances that overload left without a second pass.");

    public static readonly Counter<long> RepeatedReadings =
        Meter.CreateCounter<long>("speech.speechmatics.second_pass.repeated", "{utterance}", "Utterances read again with full padding.");

    public static readonly Counter<long> Refinements =
        Meter.CreateCounter<long>("speech.speechmatics.second_pass.refined", "{utterance}", "Readings of unfinished utterances, for the stable words of partials.");

    public static readonly Histogram<double> ReadingQueueTime = Meter.CreateHistogram(
        "speech.speechmatics.second_pass.queue_time", "s", "From the end of an utterance to the start of its second pass.", advice: LatencyBuckets);

    public static readonly Histogram<int> ReadingBatchSize = Meter.CreateHistogram(
        "speech.speechmatics.second_pass.batch_size", "{utterance}", "Utterances read together.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 4, 6, 8] });

    public static readonly Histogram<double> ReadingRealTimeFactor = Meter.CreateHistogram(
        "speech.speechmatics.second_pass.realtime_factor",
        "1",
        "Seconds of work of the second pass for each second of the utterance.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] });

    /// <summary>Pools report utilisation and queue depth when a listener asks; a pool adds itself for as long as it lives.</summary>
    private static readonly List<SessionPool> Pools = [];

    static SpeechMetrics()
    {
        Meter.CreateObservableGauge("speech.speechmatics.pool.utilisation", () => Observe(pool => pool.GetStatus().Utilisation), "1", "Share of the workers' time spent on steps.");
        Meter.CreateObservableGauge("speech.speechmatics.pool.queue_depth", () => Observe(pool => (double)pool.GetStatus().QueuedSessions), "{session}", "Sessions whose next chunk waits for a worker.");
        Meter.CreateObservableGauge("speech.speechmatics.pool.capacity", () => Observe(pool => (double)pool.GetStatus().MeasuredCapacity), "{session}", "Sessions of unbroken speech that the workers can serve.");
    }

    public static void Add(SessionPool pool)
    {
        lock (Pools) Pools.Add(pool);
    }

    public static void Remove(SessionPool pool)
    {
        lock (Pools) Pools.Remove(pool);
    }

    private static Measurement<double>[] Observe(Func<SessionPool, double> value)
    {
        SessionPool[] pools;
        lock (Pools) pools = [.. Pools];
        return [.. pools.Select((pool, index) => new Measurement<double>(value(pool), new KeyValuePair<string, object?>("speech.speechmatics.pool", index)))];
    }
}
