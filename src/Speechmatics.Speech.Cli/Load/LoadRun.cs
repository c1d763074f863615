using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>One run of a plan on a pool of its own: opens and closes the sessions at their times, reads the counters at regular intervals, and sees every session to its end.</summary>
internal sealed class LoadRun(IAcousticModel model, EnhancedSpeechModel? enhancedModel, LoadSettings settings, LoadClip[] clips, TimeProvider clock)
{
    /// <summary>Sessions for each driver's thread.</summary>
    private const int SessionsPerDriver = 1000;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    private readonly LoadTally _tally = new();
    private readonly PoolMeter _meter = new();
    private readonly Dictionary<int, LoadSession> _open = [];
    private readonly List<Task<SessionFacts>> _ended = [];
    private readonly List<LoadSample> _samples = [];
    private LoadDriver[] _drivers = [];
    private SessionPool _pool = null!;
    private long _started;
    private long _sampling;

    /// <summary>Called with each sample and whether it lies in the window.</summary>
    public Action<LoadSample>? Sampled { get; init; }

    /// <summary>Whether sessions are seen to their last event; otherwise the run ends at once.</summary>
    public bool Drain { get; init; } = true;

    private TimeSpan Elapsed => clock.GetElapsedTime(_started);

    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        var plan = LoadSchedule.Create(settings);
        using var meter = _meter;
        _pool = new SessionPool(model, settings.PoolOptions, clock, enhancedModel);
        await using var pool = _pool.ConfigureAwait(false);
        _drivers = [.. Enumerable.Range(0, Math.Max(1, (plan.Length + SessionsPerDriver - 1) / SessionsPerDriver)).Select(_ => new LoadDriver(clock))];
        try
        {
            // the pool measures itself first
            await (await _pool.OpenAsync(settings.SessionOptions, cancellationToken).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            for (var i = 0; i < _drivers.Length; i++) _drivers[i].Start(i);
            _started = clock.GetTimestamp();
            var (windowStart, windowEnd) = await FollowAsync(plan, cancellationToken).ConfigureAwait(false);
            var stateBytes = _pool.GetStatus().StateBytes;
            var facts = await EndAsync().ConfigureAwait(false);
            return Sum(windowStart, windowEnd, facts, stateBytes);
        }
        finally
        {
            foreach (var driver in _drivers) driver.Dispose();
            foreach (var session in _open.Values) await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<(LoadReading Start, LoadReading End)> FollowAsync(PlannedSession[] plan, CancellationToken cancellationToken)
    {
        var interval = SampleInterval(settings.Duration);
        var closing = new Queue<PlannedSession>(plan.Where(session => session.Close < settings.Duration).OrderBy(session => session.Close));
        var last = Read();
        LoadReading? windowStart = null;
        var next = 0;
        for (var sample = 1; ; sample++)
        {
            var sampleAt = Shorter(sample * interval, settings.Duration);
            while (true)
            {
                while (next < plan.Length && plan[next].Open <= Elapsed) await OpenAsync(plan[next++], cancellationToken).ConfigureAwait(false);
                while (closing.TryPeek(out var leaving) && leaving.Close <= Elapsed) Close(closing.Dequeue().Number);
                var until = sampleAt;
                if (next < plan.Length) until = Shorter(until, plan[next].Open);
                if (closing.TryPeek(out var leaver)) until = Shorter(until, leaver.Close);
                var wait = until - Elapsed;
                if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
                if (Elapsed >= sampleAt) break;
            }

            var reading = Read();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            _samples.Add(LoadSample.Between(last, reading, settings.WorkerCount));
            Sampled?.Invoke(_samples[^1]);
            _sampling += GC.GetAllocatedBytesForCurrentThread() - allocated;
            last = reading;
            if (windowStart is null && reading.Time >= settings.WarmUp) windowStart = reading;
            else if (windowStart is not null && sampleAt >= settings.Duration) return (windowStart, reading);
        }
    }

    private async Task OpenAsync(PlannedSession planned, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        try
        {
            var session = await _pool.OpenAsync(settings.SessionOptions, cancellationToken).ConfigureAwait(false);
            _tally.Opening.Record(clock.GetElapsedTime(start));
            var paced = new LoadSession(session, planned.Number, clips, settings, _tally, clock);
            _open.Add(planned.Number, paced);
            _drivers[planned.Number % _drivers.Length].Add(paced);
        }
        catch (SessionLimitException)
        {
            _tally.CountRefused();
        }
    }

    private void Close(int number)
    {
        if (!_open.Remove(number, out var session)) return;
        session.Stop();
        _ended.Add(EndAsync(session));
    }

    private async Task<SessionFacts[]> EndAsync()
    {
        foreach (var number in _open.Keys.ToArray()) Close(number);
        return await Task.WhenAll(_ended).ConfigureAwait(false);
    }

    private async Task<SessionFacts> EndAsync(LoadSession session)
    {
        var whole = false;
        if (Drain)
        {
            try
            {
                await session.Reading.WaitAsync(DrainLimit, clock).ConfigureAwait(false);
                whole = !session.Failed;
            }
            catch (TimeoutException)
            {
                // counted as not drained
            }
        }

        await session.DisposeAsync().ConfigureAwait(false);
        await session.Reading.ConfigureAwait(false);
        return new SessionFacts(session.Number, session.SamplesWritten, whole, session.Errors, session.Fingerprint);
    }

    private LoadReading Read()
    {
        // what reading the counters allocates is not the load's
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var reading = ReadCounters();
        _sampling += GC.GetAllocatedBytesForCurrentThread() - allocated;
        return reading;
    }

    private LoadReading ReadCounters()
    {
        var time = Elapsed;
        var frequency = (double)clock.TimestampFrequency;
        var lateness = _drivers[0].Lateness.Copy();
        foreach (var driver in _drivers.Skip(1)) lateness = lateness.Plus(driver.Lateness);
        var (encoder, inSteps) = _pool.Counters.BusyTicks;
        return new LoadReading
        {
            Time = time,
            Status = _pool.GetStatus(),
            PartialLag = _tally.PartialLag.Copy(),
            FinalLag = _tally.FinalLag.Copy(),
            DriverLateness = lateness,
            Steps = _meter.Read(),
            Readings = _meter.ReadReadings(),
            ReadingSeconds = (_pool.Counters.ReadingTicks / frequency, _pool.Counters.AudioRead.TotalSeconds),
            Partials = (_tally.Partials, _tally.StablePartials),
            StepSeconds = (encoder / frequency, inSteps / frequency),
            WriteSeconds = _drivers.Sum(driver => driver.WriteTicks) / frequency,
            Times = ProcessTimes.Read(),
            AllocatedBytes = GC.GetTotalAllocatedBytes() - _sampling,
            PauseSeconds = GC.GetTotalPauseDuration().TotalSeconds,
            MemoryBytes = Environment.WorkingSet,
            HeapBytes = GC.GetTotalMemory(forceFullCollection: false),
            BacklogSeconds = _open.Count == 0 ? 0 : _open.Values.Average(session => session.Backlog.TotalSeconds),
            Refused = _tally.Refused,
            WordErrorRate = _tally.Errors.Rate,
        };
    }

    private LoadResult Sum(LoadReading start, LoadReading end, SessionFacts[] facts, long stateBytes)
    {
        var inWindow = _samples.Where(sample => sample.Seconds > start.Time.TotalSeconds).ToArray();
        var result = new LoadResult
        {
            Samples = _samples,
            Window = LoadSample.Between(start, end, settings.WorkerCount),
            WindowStart = start.Time.TotalSeconds,
            MeanSessions = inWindow.Average(sample => sample.Sessions),
            Backlog = (start.BacklogSeconds, end.BacklogSeconds),
            PartialLag = end.PartialLag.Since(start.PartialLag),
            FinalLag = end.FinalLag.Since(start.FinalLag),
            DriverLateness = end.DriverLateness.Since(start.DriverLateness),
            Opening = _tally.Opening.Copy(),
            Steps = end.Steps.Since(start.Steps),
            Readings = end.Readings.Since(start.Readings),
            SessionsOpened = facts.Length,
            Refused = _tally.Refused,
            Failures = [.. _tally.Failures],
            DroppedSeconds = _pool.GetStatus().AudioDropped.TotalSeconds,
            SkippedReadings = _pool.GetStatus().SkippedReadings,
            RefusedPackets = _tally.RefusedPackets,
            LatencyNotices = _tally.LatencyNotices,
            NotDrained = Drain ? facts.Count(session => !session.Whole) - _tally.Failures.Count : 0,
            Errors = _tally.Errors,
            Clips = _tally.Clips,
            StateBytes = stateBytes,
            Sessions = facts,
        };
        return settings.Pattern == LoadPattern.Spike ? SpikeRecovery.AddTo(result, settings) : result;
    }

    /// <summary>Every second, in a spike four times a second; but about 40 samples at least and 600 at most.</summary>
    private TimeSpan SampleInterval(TimeSpan duration) =>
        TimeSpan.FromSeconds(Math.Max(Math.Min(settings.Pattern == LoadPattern.Spike ? 0.25 : 1, duration.TotalSeconds / 40), duration.TotalSeconds / 600));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
