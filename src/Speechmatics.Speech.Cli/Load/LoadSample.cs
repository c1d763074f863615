namespace Speechmatics.Speech.Cli.Load;

/// <summary>What happened between two readings. Lags are of partials and finals together unless the name says otherwise, in milliseconds; null where nothing was measured.</summary>
internal sealed record LoadSample
{
    /// <summary>The end of the interval, in seconds from the run's start.</summary>
    public required double Seconds { get; init; }

    /// <summary>Open sessions at the end of the interval.</summary>
    public required int Sessions { get; init; }

    public required double? LagP50 { get; init; }

    public required double? LagP95 { get; init; }

    public required double? LagP99 { get; init; }

    public required double? PartialLagP99 { get; init; }

    public required double? FinalLagP50 { get; init; }

    public required double? FinalLagP99 { get; init; }

    /// <summary>Events whose lag was measured.</summary>
    public required long Events { get; init; }

    /// <summary>Share of the workers' time spent in steps, 0 to 1.</summary>
    public required double Utilisation { get; init; }

    /// <summary>Share of the workers' time spent on second passes, refined partials included, 0 to 1.</summary>
    public required double ReadingUtilisation { get; init; }

    /// <summary>Utterances read by the second pass.</summary>
    public required long Readings { get; init; }

    /// <summary>Utterances whose second pass was skipped under overload.</summary>
    public required long SkippedReadings { get; init; }

    /// <summary>Utterances read again with full padding.</summary>
    public required long RepeatedReadings { get; init; }

    /// <summary>Readings of unfinished utterances, for stable words.</summary>
    public required long RefinedPartials { get; init; }

    /// <summary>Share of the partials that had stable words, 0 to 1.</summary>
    public required double? StablePartialShare { get; init; }

    /// <summary>Utterances that waited for their second pass at the end of the interval.</summary>
    public required int QueuedReadings { get; init; }

    /// <summary>The mean number of utterances read together.</summary>
    public required double? ReadingBatchSize { get; init; }

    /// <summary>From the end of an utterance to the start of its second pass.</summary>
    public required double? ReadingQueueP50 { get; init; }

    public required double? ReadingQueueP99 { get; init; }

    /// <summary>Seconds of work of the second pass for each second of audio that it read, refined partials included.</summary>
    public required double? ReadingRealTimeFactor { get; init; }

    /// <summary>The mean chunk of the steps run, in milliseconds of audio.</summary>
    public required double? ChunkMilliseconds { get; init; }

    /// <summary>The mean number of sessions in a step.</summary>
    public required double? BatchSize { get; init; }

    /// <summary>Sessions whose chunk waited for a worker at the end of the interval.</summary>
    public required int Queued { get; init; }

    /// <summary>Audio written and not yet recognised at the end, the mean over sessions; up to a chunk is waiting for its rest.</summary>
    public required double BacklogSeconds { get; init; }

    public required double DroppedSeconds { get; init; }

    public required long Refused { get; init; }

    public required long Failed { get; init; }

    /// <summary>Over the run so far, 0 to 1 and above.</summary>
    public required double? WordErrorRate { get; init; }

    /// <summary>This process's share of all processors, in percent.</summary>
    public required double CpuPercent { get; init; }

    /// <summary>What other processes took of all processors, in percent.</summary>
    public required double? OtherCpuPercent { get; init; }

    /// <summary>The share of all processors that the load drivers' threads took, in percent, the sessions' writes included: those compute the features.</summary>
    public required double? DriverThreadsCpuPercent { get; init; }

    /// <summary>The same without the writes: the load generator's own cost. Too low on a machine that others keep busy.</summary>
    public required double? DriverCpuPercent { get; init; }

    public required double? DriverLatenessP50 { get; init; }

    public required double? DriverLatenessP99 { get; init; }

    public required double MemoryMegabytes { get; init; }

    public required double HeapMegabytes { get; init; }

    /// <summary>Managed allocation of the process for each session's chunk: events, and what the load generator allocates to read and score them, but not its sampling.</summary>
    public required double? AllocatedBytesPerChunk { get; init; }

    public required double PauseMilliseconds { get; init; }

    /// <summary>Audio recognised in the interval, in seconds.</summary>
    public required double AudioSeconds { get; init; }

    public required long Steps { get; init; }

    public required long Chunks { get; init; }

    /// <summary>Chunks whose state was copied to bring its batch together.</summary>
    public required long MovedChunks { get; init; }

    public required double EncoderSeconds { get; init; }

    /// <summary>What workers do besides the encoder's runs (filling windows, state, decoding, events), for each second of encoder.</summary>
    public required double? StepShare { get; init; }

    /// <summary>What taking audio in costs (conversion, features, queueing), for each second of encoder: processor time where the system tells it, so that being preempted does not count.</summary>
    public required double? IntakeShare { get; init; }

    /// <summary>The process's whole processor time besides the encoder's runs and the second passes, for each second of encoder: an upper bound of the engine's share that also holds reading and scoring events and the load generator.</summary>
    public required double? ProcessShare { get; init; }

    /// <summary>The engine's own work for each second of encoder: both shares together.</summary>
    public double? EngineShare => StepShare + IntakeShare;

    public static LoadSample Between(LoadReading before, LoadReading after, int workers)
    {
        var (partialLag, finalLag) = (after.PartialLag.Since(before.PartialLag), after.FinalLag.Since(before.FinalLag));
        var readings = after.Readings.Since(before.Readings);
        var reading = after.ReadingSeconds.Work - before.ReadingSeconds.Work;
        var read = after.ReadingSeconds.Audio - before.ReadingSeconds.Audio;
        var partials = after.Partials.All - before.Partials.All;
        var elapsed = Math.Max(1e-9, (after.Time - before.Time).TotalSeconds);
        var lag = partialLag.Plus(finalLag);
        var lateness = after.DriverLateness.Since(before.DriverLateness);
        var steps = after.Steps.Since(before.Steps);
        var chunks = after.Status.Chunks - before.Status.Chunks;
        var encoder = after.StepSeconds.Encoder - before.StepSeconds.Encoder;
        var inSteps = after.StepSeconds.All - before.StepSeconds.All;
        var writing = after.WriteSeconds - before.WriteSeconds;
        var cpu = after.Times.Process - before.Times.Process;
        var drivers = after.Times.Drivers - before.Times.Drivers;

        // on a busy machine a write's wall time contains waits for a processor, so the threads' processor time is its upper bound
        var writeCpu = Math.Min(drivers ?? writing, writing);
        var workerCpu = after.Times.Workers - before.Times.Workers;
        var encoderCpu = workerCpu * (inSteps > 0 ? encoder / (inSteps + reading) : 0) ?? encoder;
        var readingCpu = workerCpu * (reading > 0 ? reading / (inSteps + reading) : 0) ?? reading;
        var percent = 100 / (elapsed * Environment.ProcessorCount);
        return new LoadSample
        {
            Seconds = after.Time.TotalSeconds,
            Sessions = after.Status.ActiveSessions,
            LagP50 = lag.Milliseconds(0.5),
            LagP95 = lag.Milliseconds(0.95),
            LagP99 = lag.Milliseconds(0.99),
            PartialLagP99 = partialLag.Milliseconds(0.99),
            FinalLagP50 = finalLag.Milliseconds(0.5),
            FinalLagP99 = finalLag.Milliseconds(0.99),
            Events = lag.Count,
            Utilisation = inSteps / (elapsed * workers),
            ReadingUtilisation = reading / (elapsed * workers),
            Readings = after.Status.Readings - before.Status.Readings,
            SkippedReadings = after.Status.SkippedReadings - before.Status.SkippedReadings,
            RepeatedReadings = after.Status.RepeatedReadings - before.Status.RepeatedReadings,
            RefinedPartials = after.Status.RefinedPartials - before.Status.RefinedPartials,
            StablePartialShare = partials > 0 ? (double)(after.Partials.Stable - before.Partials.Stable) / partials : null,
            QueuedReadings = after.Status.QueuedReadings,
            ReadingBatchSize = readings.MeanBatch,
            ReadingQueueP50 = readings.QueueTime.Milliseconds(0.5),
            ReadingQueueP99 = readings.QueueTime.Milliseconds(0.99),
            ReadingRealTimeFactor = read > 0 ? reading / read : null,
            ChunkMilliseconds = steps.MeanChunk,
            BatchSize = steps.MeanBatch,
            Queued = after.Status.QueuedSessions,
            BacklogSeconds = after.BacklogSeconds,
            DroppedSeconds = (after.Status.AudioDropped - before.Status.AudioDropped).TotalSeconds,
            Refused = after.Refused - before.Refused,
            Failed = after.Status.FailedSessions - before.Status.FailedSessions,
            WordErrorRate = after.WordErrorRate,
            CpuPercent = cpu * percent,
            OtherCpuPercent = after.Times.Machine - before.Times.Machine is { } machine ? Math.Max(0, machine - cpu) * percent : null,
            DriverThreadsCpuPercent = drivers * percent,
            DriverCpuPercent = (drivers - writeCpu) * percent,
            DriverLatenessP50 = lateness.Milliseconds(0.5),
            DriverLatenessP99 = lateness.Milliseconds(0.99),
            MemoryMegabytes = after.MemoryBytes / 1e6,
            HeapMegabytes = after.HeapBytes / 1e6,
            AllocatedBytesPerChunk = chunks > 0 ? (double)(after.AllocatedBytes - before.AllocatedBytes) / chunks : null,
            PauseMilliseconds = (after.PauseSeconds - before.PauseSeconds) * 1000,
            AudioSeconds = (after.Status.AudioRecognized - before.Status.AudioRecognized).TotalSeconds,
            Steps = after.Status.Steps - before.Status.Steps,
            Chunks = chunks,
            MovedChunks = after.Status.MovedChunks - before.Status.MovedChunks,
            EncoderSeconds = encoder,
            StepShare = encoder > 0 ? (inSteps - encoder) / encoder : null,
            IntakeShare = encoderCpu > 0 ? writeCpu / encoderCpu : null,
            ProcessShare = encoderCpu > 0 ? (cpu - encoderCpu - readingCpu) / encoderCpu : null,
        };
    }
}
