namespace Speechmatics.Speech.Sessions;

/// <summary>A pool's counters, for its status and the meter. Thread-safe.</summary>
internal sealed class PoolCounters(SessionEngine engine, int workers)
{
    /// <summary>The share of the measured throughput that is promised: arrivals are never perfectly even.</summary>
    private const double CapacityMargin = 0.9;

    private long _steps;
    private long _chunks;
    private long _audioFrames;
    private long _droppedFrames;
    private long _failures;
    private long _refused;
    private long _encoderTicks;
    private long _busyTicks;
    private long _readings;
    private long _skippedReadings;
    private long _suppressedWords;
    private long _rescuedSpans;
    private long _skippedRescues;
    private long _repeatedReadings;
    private long _refinements;
    private long _readingTicks;
    private long _readSamples;
    private long _bestTicks = long.MaxValue;
    private int _fullStepFrames;

    public long Steps => Interlocked.Read(ref _steps);

    public long Chunks => Interlocked.Read(ref _chunks);

    public long Failures => Interlocked.Read(ref _failures);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Clock ticks spent inside the encoder's runs, and in steps altogether: their difference is the engine's own share.</summary>
    public (long Encoder, long All) BusyTicks => (Interlocked.Read(ref _encoderTicks), Interlocked.Read(ref _busyTicks));

    public TimeSpan AudioRecognized => Frames(Interlocked.Read(ref _audioFrames));

    public TimeSpan AudioDropped => Frames(Interlocked.Read(ref _droppedFrames));

    /// <summary>Sessions of unbroken speech that the workers can serve at the largest chunk; 0 before the first calibration.</summary>
    public int MeasuredCapacity
    {
        get
        {
            var ticks = Interlocked.Read(ref _bestTicks);
            if (ticks == long.MaxValue) return 0;
            var audioSeconds = _fullStepFrames * engine.Layout.SecondsPerEncoderFrame;
            return Math.Max(1, (int)(workers * CapacityMargin * audioSeconds * engine.Clock.TimestampFrequency / Math.Max(1, ticks)));
        }
    }

    /// <summary>Takes the time of one full step; the slowest worker counts, since all must keep up.</summary>
    public void Calibrate(int stepFrames, long ticks)
    {
        _fullStepFrames = stepFrames;
        for (var seen = Interlocked.Read(ref _bestTicks); seen == long.MaxValue || ticks > seen; seen = Interlocked.Read(ref _bestTicks))
            if (Interlocked.CompareExchange(ref _bestTicks, ticks, seen) == seen) return;
    }

    public void CountStep(int chunkFrames, int rows, long ticks)
    {
        Interlocked.Add(ref _busyTicks, ticks);
        if (chunkFrames == 0) return;
        Interlocked.Increment(ref _steps);
        Interlocked.Add(ref _chunks, rows);
        if (SpeechMetrics.StepDuration.Enabled) SpeechMetrics.StepDuration.Record((double)ticks / engine.Clock.TimestampFrequency);
        if (SpeechMetrics.BatchSize.Enabled) SpeechMetrics.BatchSize.Record(rows);
        if (SpeechMetrics.ChunkDuration.Enabled) SpeechMetrics.ChunkDuration.Record(chunkFrames * engine.Layout.SecondsPerEncoderFrame);
    }

    public void CountEncoder(long ticks) => Interlocked.Add(ref _encoderTicks, ticks);

    public void CountAudio(int encoderFrames)
    {
        Interlocked.Add(ref _audioFrames, encoderFrames);
        if (SpeechMetrics.AudioRecognized.Enabled) SpeechMetrics.AudioRecognized.Add(encoderFrames * engine.Layout.SecondsPerEncoderFrame);
    }

    public void CountDropped(long encoderFrames)
    {
        Interlocked.Add(ref _droppedFrames, encoderFrames);
        if (SpeechMetrics.AudioDropped.Enabled) SpeechMetrics.AudioDropped.Add(encoderFrames * engine.Layout.SecondsPerEncoderFrame);
    }

    public void CountRefused()
    {
        Interlocked.Increment(ref _refused);
        SpeechMetrics.RefusedSessions.Add(1);
    }

    public long Readings => Interlocked.Read(ref _readings);

    public long SkippedReadings => Interlocked.Read(ref _skippedReadings);

    public long RepeatedReadings => Interlocked.Read(ref _repeatedReadings);

    /// <summary>Readings of unfinished utterances.</summary>
    public long Refinements => Interlocked.Read(ref _refinements);

    /// <summary>Clock ticks spent on second passes, refined partials included and live steps in between left out.</summary>
    public long ReadingTicks => Interlocked.Read(ref _readingTicks);

    /// <summary>Audio that second passes read, refined partials included.</summary>
    public TimeSpan AudioRead => TimeSpan.FromSeconds((double)Interlocked.Read(ref _readSamples) / engine.Layout.SampleRate);

    public void CountReadingWork(long ticks, long samples)
    {
        Interlocked.Add(ref _readingTicks, ticks);
        Interlocked.Add(ref _readSamples, samples);
    }

    public void CountRefinement()
    {
        Interlocked.Increment(ref _refinements);
        SpeechMetrics.Refinements.Add(1);
    }

    public void CountReading(int batchSize, double queueSeconds, double workSeconds, double audioSeconds, bool repeated)
    {
        Interlocked.Increment(ref _readings);
        if (repeated)
        {
            Interlocked.Increment(ref _repeatedReadings);
            SpeechMetrics.RepeatedReadings.Add(1);
        }

        if (SpeechMetrics.ReadingQueueTime.Enabled) SpeechMetrics.ReadingQueueTime.Record(queueSeconds);
        if (SpeechMetrics.ReadingBatchSize.Enabled) SpeechMetrics.ReadingBatchSize.Record(batchSize);
        if (SpeechMetrics.ReadingRealTimeFactor.Enabled) SpeechMetrics.ReadingRealTimeFactor.Record(workSeconds / Math.Max(0.1, audioSeconds));
    }

    public long SuppressedWords => Interlocked.Read(ref _suppressedWords);

    public void CountSuppressed(int words)
    {
        if (words == 0) return;
        Interlocked.Add(ref _suppressedWords, words);
        SpeechMetrics.SuppressedWords.Add(words);
    }

    public long RescuedSpans => Interlocked.Read(ref _rescuedSpans);

    public long SkippedRescues => Interlocked.Read(ref _skippedRescues);

    public void CountRescue(bool read)
    {
        Interlocked.Increment(ref read ? ref _rescuedSpans : ref _skippedRescues);
        (read ? SpeechMetrics.RescuedSpans : SpeechMetrics.SkippedRescues).Add(1);
    }

    public void CountSkippedReading()
    {
        Interlocked.Increment(ref _skippedReadings);
        SpeechMetrics.SkippedReadings.Add(1);
    }

    public void CountPartial(long arrival)
    {
        if (SpeechMetrics.PartialLatency.Enabled) SpeechMetrics.PartialLatency.Record(engine.Clock.GetElapsedTime(arrival).TotalSeconds);
    }

    public void CountFinal(long arrival)
    {
        if (SpeechMetrics.FinalLatency.Enabled) SpeechMetrics.FinalLatency.Record(engine.Clock.GetElapsedTime(arrival).TotalSeconds);
    }

    public void CountFailure(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        if (SpeechMetrics.Errors.Enabled) SpeechMetrics.Errors.Add(1, new KeyValuePair<string, object?>("error.type", failure.GetType().FullName));
    }

    public static void CountLatency(List<SpeechEvent> events, TimeSpan latency)
    {
        foreach (var speechEvent in events)
        {
            if (speechEvent is PartialTranscript && SpeechMetrics.PartialLatency.Enabled) SpeechMetrics.PartialLatency.Record(latency.TotalSeconds);
            if (speechEvent is FinalTranscript && SpeechMetrics.FinalLatency.Enabled) SpeechMetrics.FinalLatency.Record(latency.TotalSeconds);
        }
    }

    private TimeSpan Frames(long encoderFrames) => TimeSpan.FromSeconds(encoderFrames * engine.Layout.SecondsPerEncoderFrame);
}
