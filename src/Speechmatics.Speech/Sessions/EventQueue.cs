using System.Threading.Tasks.Sources;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A session's events on their way to its reader. Finals, ends and notices are kept in order; of partials only the latest is kept, since each replaces the one before.
/// Any thread may add; one reader at a time. The reader's code never runs on the adding thread.
/// </summary>
internal sealed class EventQueue : IValueTaskSource<bool>
{
    /// <summary>Unread finals, ends and notices a session may have: over a day of utterances.</summary>
    public const int Capacity = 65536;

    private readonly Lock _gate = new();
    private readonly Queue<(SpeechEvent Event, long Arrival)> _events = new();
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private (SpeechEvent? Event, long Arrival) _partial;
    private Exception? _failure;
    private bool _waiting;
    private bool _ended;

    /// <summary>When the audio behind the event last taken arrived; for measuring lag at the reader.</summary>
    public long LastArrival { get; private set; }

    /// <summary>Whether no more events will be added.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate) return _ended;
        }
    }

    /// <summary>Adds an event; returns false when the queue is full or has ended.</summary>
    public bool Add(SpeechEvent speechEvent, long arrival)
    {
        lock (_gate)
        {
            if (_ended || _events.Count >= Capacity) return false;
            if (speechEvent is PartialTranscript)
            {
                _partial = (speechEvent, arrival);
            }
            else
            {
                if (speechEvent is FinalTranscript) _partial = default;
                _events.Enqueue((speechEvent, arrival));
            }
        }

        Wake();
        return true;
    }

    /// <summary>No more events come. What is queued can still be read; then reading ends, with <paramref name="failure"/> when there is one.</summary>
    public void End(Exception? failure = null)
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            _failure = failure;
        }

        Wake();
    }

    /// <summary>Ends at once and forgets what was not read: the session was disposed.</summary>
    public void Abandon(Exception? failure)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _failure = failure;
            }

            _events.Clear();
            _partial = default;
        }

        Wake();
    }

    /// <summary>Takes the next event if one is there.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SpeechEvent? speechEvent)
    {
        lock (_gate)
        {
            if (_events.TryDequeue(out var next))
            {
                (speechEvent, LastArrival) = next;
                return true;
            }

            (speechEvent, LastArrival) = _partial;
            _partial = default;
            return speechEvent is not null;
        }
    }

    /// <summary>Waits until an event is there (true) or none will come (false).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the queue can be read again.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (HasEvents) return new ValueTask<bool>(true);
            if (_ended) return _failure is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(_failure);
            _wait.Reset();
            _waiting = true;
        }

        var registration = cancellationToken.UnsafeRegister(static (state, token) => ((EventQueue)state!).Cancel(token), this);
        lock (_gate) _cancellation = registration;
        return new ValueTask<bool>(this, _wait.Version);
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        CancellationTokenRegistration registration;
        lock (_gate) registration = _cancellation;
        registration.Dispose();
        return _wait.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool HasEvents => _events.Count > 0 || _partial.Event is not null;

    private void Wake()
    {
        bool more;
        Exception? failure;
        lock (_gate)
        {
            // the event this call is for may have been taken before the reader began to wait: then there is nothing to tell, least of all an end
            if (!_waiting || (!HasEvents && !_ended)) return;
            _waiting = false;
            more = HasEvents;
            failure = more ? null : _failure;
        }

        if (failure is null) _wait.SetResult(more);
        else _wait.SetException(failure);
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_waiting) return;
            _waiting = false;
        }

        _wait.SetException(new OperationCanceledException(token));
    }
}
