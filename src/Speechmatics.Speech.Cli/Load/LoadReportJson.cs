using System.Text.Json;
using System.Text.Json.Serialization;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// A load report as JSON. Names carry their units; shares and rates are fractions; what was not measured is null.
/// <code>
/// {
///   "version": 1,
///   "settings":  { "sessions", "seconds", "pattern", "spikeSessions", "spikeSeconds", "realTimeFactor", "packetMs", "chunkMs" (null: elastic), "smallestChunkMs", "head", "sampleRate",
///                  "encoding", "operatingPoint", "refinePartials", "workers", "maxBatch" (null: the pool's own), "seed", "lagLimitMs" and "stageSeconds" (searches only) },
///   "machine":   { "processor", "processors", "operatingSystem", "framework", "serverGarbageCollection" },
///   "model":     { "name", "hash", and of the second pass "enhancedName", "enhancedHash" (null: standard) },
///   "encoder":   { "before" and "after" the load: { "chunkMs", "batchSize", "threads", "stepMs", "sessions" }, "sessionsAllowed", "sessionsHeld", "share" } (null: not measured),
///   "run":       { "sessionsOpened", "refused", "failed", "failures": [text], "notDrained", "droppedSeconds", "skippedReadings", "refusedPackets", "latencyNotices", "stateBytes",
///                  "wordErrorRate", "wordErrors", "words", "clips",
///                  "window": a sample (below) over the run without warm-up and draining, and "start" (s), "meanSessions",
///                  "lagMs": { "partial", "final": { "count", "p50", "p90", "p95", "p99", "p999", "max" } }: from the arrival of the last sample needed to the event in the reader's hand,
///                  "driverLatenessMs", "openingMs": the same fields, "batches": { size: steps }, "chunks": { ms: steps },
///                  "secondPass": { "batches": { size: readings }, "queueMs": the same fields as lagMs has } (enhanced only),
///                  "spike": { "steadyLagP99Ms", "recoverySeconds", "degradation": { "refiningStopped", "chunksGrew", "firstSkipped", "lastSkipped", "chunksBack", "refiningBack" (s), "inOrder" }
///                           (enhanced only) } (spikes only) },
///   "reference": { "chunkMs", "sessions", "identical", "wordErrorRate", "wordErrorRateUnderLoad" } (null: not asked for),
///   "capacity":  { "sessions", "stages": [ { "sessions", "holds", "reason", and a sample of its window } ] } (null: not searched),
///   "samples":   [ { "seconds", "sessions", "lagP50"…: the members of LoadSample } ] in time order
/// }
/// </code>
/// </summary>
internal static class LoadReportJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new RoundedConverter() },
    };

    public static void Write(LoadReport report, string path)
    {
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, Shape(report), Options);
    }

    private static object Shape(LoadReport report)
    {
        var (settings, result) = (report.Settings, report.Result);
        return new
        {
            version = 1,
            settings = new
            {
                sessions = settings.Sessions,
                seconds = settings.Duration.TotalSeconds,
                pattern = settings.Pattern,
                spikeSessions = settings.Pattern == LoadPattern.Spike ? settings.SpikeSessions : (int?)null,
                spikeSeconds = settings.Pattern == LoadPattern.Spike ? settings.SpikeDuration.TotalSeconds : (double?)null,
                realTimeFactor = settings.RealTimeFactor,
                packetMs = settings.PacketMilliseconds,
                chunkMs = settings.Chunk?.TotalMilliseconds,
                smallestChunkMs = settings.SmallestChunk?.TotalMilliseconds,
                head = settings.Head,
                sampleRate = settings.SampleRate,
                encoding = settings.Encoding,
                operatingPoint = settings.IsEnhanced ? OperatingPoint.Enhanced : OperatingPoint.Standard,
                refinePartials = settings.IsEnhanced ? settings.RefinePartials : (bool?)null,
                workers = settings.WorkerCount,
                maxBatch = settings.MaxBatch,
                seed = settings.Seed,
                lagLimitMs = settings.FindCapacity ? settings.LagLimit.TotalMilliseconds : (double?)null,
                stageSeconds = settings.FindCapacity ? settings.StageDuration.TotalSeconds : (double?)null,
            },
            machine = new
            {
                processor = report.Processor,
                processors = report.Processors,
                operatingSystem = report.OperatingSystem,
                framework = report.Framework,
                serverGarbageCollection = report.ServerGarbageCollection,
            },
            model = new { name = report.ModelName, hash = report.ModelHash, enhancedName = report.EnhancedModelName, enhancedHash = report.EnhancedModelHash },
            encoder = report.BaselineBefore is null ? null : new
            {
                before = Shape(report.BaselineBefore),
                after = report.BaselineAfter is null ? null : Shape(report.BaselineAfter),
                sessionsAllowed = report.SessionsAllowed,
                sessionsHeld = report.SessionsHeld,
                share = report.ShareOfAllowed,
            },
            run = new
            {
                sessionsOpened = result.SessionsOpened,
                refused = result.Refused,
                failed = result.Failures.Count,
                failures = result.Failures,
                notDrained = result.NotDrained,
                droppedSeconds = result.DroppedSeconds,
                skippedReadings = result.SkippedReadings,
                refusedPackets = result.RefusedPackets,
                latencyNotices = result.LatencyNotices,
                stateBytes = result.StateBytes,
                wordErrorRate = result.Errors.Rate,
                wordErrors = result.Errors.Errors,
                words = result.Errors.ReferenceWords,
                clips = result.Clips,
                window = new { start = result.WindowStart, meanSessions = result.MeanSessions, sample = result.Window },
                lagMs = new { partial = Shape(result.PartialLag), final = Shape(result.FinalLag) },
                driverLatenessMs = Shape(result.DriverLateness),
                openingMs = Shape(result.Opening),
                batches = result.Steps.Batches,
                chunks = result.Steps.ChunkMilliseconds.ToDictionary(chunk => FormattableString.Invariant($"{chunk.Key}"), chunk => chunk.Value),
                secondPass = settings.IsEnhanced ? new { batches = result.Readings.Batches, queueMs = Shape(result.Readings.QueueTime) } : null,
                spike = settings.Pattern == LoadPattern.Spike
                    ? new { steadyLagP99Ms = result.SteadyLagP99, recoverySeconds = result.RecoverySeconds, degradation = result.Degradation }
                    : null,
            },
            reference = report.Reference is not { } reference ? null : new
            {
                chunkMs = reference.ChunkMilliseconds,
                sessions = reference.Sessions,
                identical = reference.Identical,
                wordErrorRate = reference.Alone.Rate,
                wordErrorRateUnderLoad = reference.UnderLoad.Rate,
            },
            capacity = report.Capacity is not { } capacity ? null : new
            {
                sessions = capacity,
                stages = report.Stages.Select(stage => new { sessions = stage.Sessions, holds = stage.Failure is null, reason = stage.Failure, sample = stage.Result.Window }),
            },
            samples = result.Samples,
        };
    }

    private static object Shape(EncoderBaseline baseline) => new
    {
        chunkMs = baseline.ChunkMilliseconds,
        batchSize = baseline.BatchSize,
        threads = baseline.Threads,
        stepMs = baseline.StepMilliseconds,
        sessions = baseline.Sessions,
    };

    private static object Shape(LogHistogram histogram) => new
    {
        count = histogram.Count,
        p50 = histogram.Milliseconds(0.5),
        p90 = histogram.Milliseconds(0.9),
        p95 = histogram.Milliseconds(0.95),
        p99 = histogram.Milliseconds(0.99),
        p999 = histogram.Milliseconds(0.999),
        max = histogram.Milliseconds(1),
    };

    /// <summary>Six significant decimals are enough, and keep the file readable.</summary>
    private sealed class RoundedConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(Math.Round(value, 6));
    }
}
