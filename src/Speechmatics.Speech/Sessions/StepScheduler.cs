using System.Runtime.InteropServices;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Decides which streams run next, in which batch and where their state lies. Earliest deadline first; no waiting for company while a worker is idle.
/// <para>
/// A batch is a row of neighbouring slots, so that the encoder reads the state where it lies. The most urgent stream leads; due neighbours in its slab join it first. When they fill
/// less than half of the batch, the next most urgent streams join from wherever they are, and the whole batch moves to free neighbouring slots: its state is copied once, and since live streams come due at the
/// same rate, those that stepped together come due together again and need no copy the next time.
/// </para>
/// All members are thread-safe. The lock is never held during a model run or a copy of state.
/// </summary>
internal sealed class StepScheduler
{
    /// <summary>Encoder frames of a full step: beyond this, measured throughput no longer rises (see docs/performance.md).</summary>
    private const int FullStepFrames = 64;

    /// <summary>Streams of a step at the smallest chunks.</summary>
    private const int FullStepRows = 32;

    /// <summary>Partials are refined below this share of busy workers.</summary>
    private const double RefineUtilisation = 0.5;

    private readonly object _gate = new();
    private readonly DeadlineHeap _due = new();
    private readonly SecondPassQueue _readings = new();
    private readonly SecondPassQueue _refinements = new();
    private readonly List<SessionStream> _passedOver = [];
    private readonly SessionEngine _engine;
    private readonly StateSlots _slots;
    private readonly int _workers;
    private readonly int? _maxBatch;
    private readonly long _intervalTicks;
    private readonly TaskCompletionSource _allReturned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lent;
    private int _idleWorkers;
    private long _lastTick;
    private long _busyTicks;
    private double _utilisation;
    private int _readers;
    private bool _stopping;

    public StepScheduler(SessionEngine engine, StateSlots slots, int workers, int? maxBatch)
    {
        _engine = engine;
        _slots = slots;
        _workers = workers;
        _maxBatch = maxBatch;
        Controller = new LatencyController(engine.Layout.ChunkFrames.Length);
        _intervalTicks = engine.Ticks(LatencyController.Interval.TotalSeconds);
        _lastTick = engine.Clock.GetTimestamp();
    }

    public LatencyController Controller { get; }

    /// <summary>See <see cref="SessionPoolOptions.AlwaysGather"/>.</summary>
    public bool AlwaysGather { get; init; }

    /// <summary>Called, without the lock, as soon as a stream is closed, though a worker may still be running it: its place in the pool is free. May be called twice.</summary>
    public Action<SessionStream>? Left { get; set; }

    /// <summary>Called, without the lock, when a stream is over and no worker touches it any more.</summary>
    public Action<SessionStream>? Released { get; set; }

    public double Utilisation
    {
        get
        {
            lock (_gate)
            {
                // a pool at rest has nobody else who would look at the clock
                Tick(_engine.Clock.GetTimestamp());
                return _utilisation;
            }
        }
    }

    public long MovedChunks { get; private set; }

    public int QueuedStreams
    {
        get
        {
            lock (_gate) return _due.Count;
        }
    }

    /// <summary>Whether partials may be refined: the workers are less than half busy, chunks are at their smallest, and no final waits.</summary>
    public bool HasCapacityToSpare
    {
        get
        {
            lock (_gate) return _utilisation < RefineUtilisation && Controller.Level == 0 && _readings.Count == 0;
        }
    }

    public int QueuedReadings
    {
        get
        {
            lock (_gate) return _readings.Count;
        }
    }

    public long StateBytes
    {
        get
        {
            lock (_gate) return _slots.BytesInUse;
        }
    }

    /// <summary>The most streams a step of this chunk may have.</summary>
    public int RowLimit(int chunkFrames) => RowLimit(chunkFrames, _maxBatch);

    public static int RowLimit(int chunkFrames, int? maxBatch) =>
        Math.Min(maxBatch ?? FullStepRows, Math.Clamp(FullStepFrames / chunkFrames, 1, StateSlots.SlotsPerSlab));

    /// <summary>Something about the stream changed: audio came, its end, a flush. Queues it when that makes it due.</summary>
    public void Notify(SessionStream stream)
    {
        lock (_gate)
        {
            if (stream.State is StreamState.Closed or StreamState.Running || _stopping) return;
            var now = _engine.Clock.GetTimestamp();
            Tick(now);
            var plan = stream.Plan(Controller);
            if (plan.Kind == StepKind.None) return;
            if (stream.State == StreamState.Queued)
            {
                if (stream.Flush is not { } flush || stream.Deadline <= stream.FlushDeadline(flush.RequestedAt)) return;
                stream.SetDeadline(new StepPlan(StepKind.Look, 0), flush.RequestedAt);
                _due.Hasten(stream);
                return;
            }

            Enqueue(stream, plan, now);
        }
    }

    /// <summary>Hands an utterance, or the next part of one, to the second pass.</summary>
    public void Add(UtteranceTicket ticket)
    {
        lock (_gate)
        {
            (ticket.Refines >= 0 ? _refinements : _readings).Add(ticket);
            if (_idleWorkers > 0) Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Waits for work and takes it: a batch of due streams, or when none is due, utterances for the second pass (then <paramref name="batch"/> is empty). False once the scheduler stops. Utterances whose time is over are
    /// in <see cref="SecondPassBatch.Expired"/> in any case.
    /// </summary>
    public bool Take(StepBatch batch, SecondPassBatch readings)
    {
        batch.Clear();
        readings.Clear();
        lock (_gate)
        {
            while (true)
            {
                if (_stopping) return false;
                var now = _engine.Clock.GetTimestamp();
                Tick(now);
                if (_due.Count > 0)
                {
                    if (!Fill(batch)) continue;
                    if (_readings.Count > 0) _readings.RemoveExpired(readings, now);
                    return true;
                }

                if (_readings.Count > 0 && (_readers < MaxReaders || (_readers < _workers && (_readings.HasFlush || _readings.IsPressed(now)))))
                {
                    // where quality would have to give way, live streams lose the worker kept free for them, for one utterance at a time: between its runs it steps what is due
                    _readings.Take(readings, now, _readers < MaxReaders ? (_readings.Count + _idleWorkers) / (_idleWorkers + 1) : 1);
                    if (readings.Tickets.Count > 0) _readers++;
                    if (readings.Tickets.Count + readings.Expired.Count > 0) return true;
                    continue;
                }

                // partials are refined by workers that would lie idle, one of them at a time
                if (_refinements.Count > 0 && _readers == 0)
                {
                    _refinements.Take(readings, now, SecondPassQueue.MaxBatch);
                    if (readings.Tickets.Count > 0) _readers++;
                    if (readings.Tickets.Count + readings.Expired.Count > 0) return true;
                    continue;
                }

                _idleWorkers++;
                Monitor.Wait(_gate);
                _idleWorkers--;
            }
        }
    }

    /// <summary>Takes due live streams for a worker that is in the middle of a second pass; false when none are due.</summary>
    public bool TryTake(StepBatch batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (!_stopping && _due.Count > 0 && !_due.Peek().Spare)
                if (Fill(batch)) return true;
            return false;
        }
    }

    /// <summary>A worker has finished a batch of the second pass.</summary>
    /// <param name="live">Whether any of it was for live streams: then it counts as load.</param>
    /// <param name="busyTicks">How long it took, without the steps taken in between.</param>
    public void ReturnReadings(bool live, long busyTicks)
    {
        lock (_gate)
        {
            _readers--;
            if (live) _busyTicks += busyTicks;
            if (_readings.Count > 0 && _idleWorkers > 0) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Gives a batch back after its step.</summary>
    /// <param name="batch">The batch; it may be used again afterwards.</param>
    /// <param name="busyTicks">How long the step took.</param>
    public void Return(StepBatch batch, long busyTicks)
    {
        var released = 0;
        lock (_gate)
        {
            var live = 0;
            for (var row = 0; row < batch.Rows; row++)
            {
                var stream = batch.Stream(row);
                if (!stream.Spare) live++;
                if (batch.Moved && batch.PreviousSlot(row) >= 0) _slots.Free(batch.PreviousSlot(row));
                LetGo(stream);
                if (stream.State == StreamState.Closed) released++;
            }

            if (batch.Moved) MovedChunks += batch.Rows;

            // spare work does not count as load: it stops by itself when live streams need the workers
            _busyTicks += busyTicks * live / batch.Rows;
            Tick(_engine.Clock.GetTimestamp());
        }

        for (var row = 0; released > 0 && row < batch.Rows; row++)
            if (batch.Stream(row).State == StreamState.Closed) Release(batch.Stream(row));
    }

    /// <summary>Closes a stream: now, or as soon as the worker that runs it lets go.</summary>
    public void Close(SessionStream stream)
    {
        bool ownedElsewhere;
        lock (_gate)
        {
            stream.CloseRequested = true;
            ownedElsewhere = stream.State is StreamState.Running or StreamState.Closed;
            if (stream.State == StreamState.Queued) _due.Remove(stream);
            if (!ownedElsewhere) CloseNow(stream);
        }

        Left?.Invoke(stream);
        if (!ownedElsewhere) Released?.Invoke(stream);
    }

    /// <summary>Takes a stream out of the scheduler's hands; completes when no worker runs it any more. Give it back with <see cref="LetGoOf"/>.</summary>
    /// <exception cref="ObjectDisposedException">The stream is closed.</exception>
    public Task AcquireAsync(SessionStream stream)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(stream.State == StreamState.Closed || stream.CloseRequested || _stopping, typeof(SpeechSession));
            if (stream.State == StreamState.Running)
            {
                if (stream.OwnershipWaiter is not null) throw new InvalidOperationException("The session's state is already being exported.");
                stream.OwnershipWaiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return stream.OwnershipWaiter.Task;
            }

            Lend(stream);
            return Task.CompletedTask;
        }
    }

    /// <summary>As <see cref="AcquireAsync"/>, for a stream that no worker has seen yet.</summary>
    public void Acquire(SessionStream stream)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(stream.State == StreamState.Closed || _stopping, typeof(SessionPool));
            Lend(stream);
        }
    }

    public void LetGoOf(SessionStream stream)
    {
        lock (_gate)
        {
            LetGo(stream);
            if (--_lent == 0 && _stopping) _allReturned.TrySetResult();
        }

        if (stream.State == StreamState.Closed) Release(stream);
    }

    /// <summary>Gives a restored stream, which nobody else knows yet, a slot to load its state into.</summary>
    public int AllocateSlot(SessionStream stream)
    {
        lock (_gate) return stream.Slot = _slots.Allocate(MemoryMarshal.CreateReadOnlySpan(ref stream, 1));
    }

    /// <summary>Completes, after <see cref="Stop"/>, when no snapshot reads or writes a stream's slot any more.</summary>
    public Task AllReturned => _allReturned.Task;

    /// <summary>Ends <see cref="Take"/> for all workers.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            if (_lent == 0) _allReturned.TrySetResult();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Workers that may be in a second pass at once as long as no utterance has waited long: while live streams step, one is kept free for them.</summary>
    private int MaxReaders => _workers == 1 || _utilisation < 0.1 ? _workers : _workers - 1;

    private void Enqueue(SessionStream stream, StepPlan plan, long dueSince)
    {
        stream.SetDeadline(plan, dueSince);
        stream.State = StreamState.Queued;
        _due.Add(stream);
        if (_idleWorkers > 0) Monitor.Pulse(_gate);
    }

    private bool Fill(StepBatch batch)
    {
        var lead = _due.Peek();
        _due.Remove(lead);
        var plan = lead.Plan(Controller);
        if (plan.Kind == StepKind.None)
        {
            // what was due at a lower level may not be at a higher one
            lead.State = StreamState.Idle;
            return false;
        }

        lead.State = StreamState.Running;
        batch.Add(lead, plan.Kind);
        batch.ChunkFrames = plan.ChunkFrames;
        if (plan.ChunkFrames == 0) return true;

        // the queue is shared out among the workers that could start now
        var share = (_due.Count + 1 + _idleWorkers) / (_idleWorkers + 1);
        var limit = Math.Min(RowLimit(plan.ChunkFrames), share);
        if (lead.Slot >= 0)
        {
            AddNeighbours(batch, lead.Slot, 1, limit);
            AddNeighbours(batch, lead.Slot, -1, limit);
        }

        if (batch.Rows * 2 < limit) AddByUrgency(batch, limit);
        if (!batch.SortBySlot() || AlwaysGather) Move(batch);
        else batch.FirstSlot = batch.PreviousSlot(0);
        return true;
    }

    private void AddNeighbours(StepBatch batch, int slot, int direction, int limit)
    {
        var slab = slot / StateSlots.SlotsPerSlab;
        for (slot += direction; slot >= 0 && slot / StateSlots.SlotsPerSlab == slab && batch.Rows < limit; slot += direction)
        {
            if (_slots.Owner(slot) is not { State: StreamState.Queued } neighbour || neighbour.Slot != slot) return;
            var kind = neighbour.KindFor(batch.ChunkFrames, Controller);
            if (kind == StepKind.None) return;
            Join(batch, neighbour, kind);
        }
    }

    private void AddByUrgency(StepBatch batch, int limit)
    {
        // a bounded look at the queue: streams that want another chunk size stay
        for (var looks = 2 * limit; looks > 0 && _due.Count > 0 && batch.Rows < limit; looks--)
        {
            var stream = _due.Peek();
            var kind = stream.KindFor(batch.ChunkFrames, Controller);
            if (kind != StepKind.None)
            {
                Join(batch, stream, kind);
            }
            else
            {
                _due.Remove(stream);
                _passedOver.Add(stream);
            }
        }

        foreach (var stream in _passedOver) _due.Add(stream);
        _passedOver.Clear();
    }

    private void Join(StepBatch batch, SessionStream stream, StepKind kind)
    {
        _due.Remove(stream);
        stream.State = StreamState.Running;
        batch.Add(stream, kind);
    }

    private void Move(StepBatch batch)
    {
        // the old slots stay taken until the worker has copied them
        try
        {
            batch.FirstSlot = _slots.Allocate(batch.Streams);
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ObjectDisposedException)
        {
            batch.Failure = failure;
            return;
        }

        batch.Moved = true;
        for (var row = 0; row < batch.Rows; row++) batch.Stream(row).Slot = batch.FirstSlot + row;
    }

    private void Lend(SessionStream stream)
    {
        if (stream.State == StreamState.Queued) _due.Remove(stream);
        stream.State = StreamState.Running;
        stream.NextArrival = 0;
        _lent++;
    }

    private void LetGo(SessionStream stream)
    {
        if (stream.CloseRequested || stream.Ended)
        {
            CloseNow(stream);
            return;
        }

        if (stream.OwnershipWaiter is { } waiter)
        {
            stream.OwnershipWaiter = null;
            Lend(stream);
            waiter.SetResult();
            return;
        }

        stream.State = StreamState.Idle;
        if (_stopping) return;
        var plan = stream.Plan(Controller);
        if (plan.Kind != StepKind.None) Enqueue(stream, plan, stream.NextArrival > 0 ? stream.NextArrival : _engine.Clock.GetTimestamp());
    }

    private void Release(SessionStream stream)
    {
        Left?.Invoke(stream);
        Released?.Invoke(stream);
    }

    private void CloseNow(SessionStream stream)
    {
        stream.State = StreamState.Closed;
        if (stream.Slot >= 0) _slots.Free(stream.Slot);
        stream.Slot = -1;
        stream.Flush?.Done.TrySetResult();
        stream.Flush = null;
        stream.Utterances?.EndFlushes(null);
        stream.Voice?.Rescue?.EndFlushes(null);
        stream.OwnershipWaiter?.SetException(new ObjectDisposedException(nameof(SpeechSession)));
        stream.OwnershipWaiter = null;
    }

    private void Tick(long now)
    {
        var elapsed = now - _lastTick;
        if (elapsed < _intervalTicks) return;
        _utilisation = Math.Min(1, (double)_busyTicks / (elapsed * _workers));

        // latency gives way before quality: chunks grow while utterances wait, long before one is skipped
        var late = (_due.Count > 0 && now > _due.Peek().LateFrom) || _readings.IsPressed(now);
        for (var intervals = Math.Min(elapsed / _intervalTicks, 1000); intervals > 0; intervals--) Controller.Update(_utilisation, late);
        _busyTicks = 0;
        _lastTick = now;
    }
}
