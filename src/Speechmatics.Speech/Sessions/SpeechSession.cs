using System.Runtime.CompilerServices;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// One live stream of audio and its events. One thread writes at a time and one reads at a time, and the two may be different; <see cref="DisposeAsync"/> and the
/// properties may be called from anywhere. Misuse throws <see cref="InvalidOperationException"/> that says what is already in progress.
/// </summary>
public sealed partial class SpeechSession : IAsyncDisposable
{
    private readonly SessionEngine _engine;
    private readonly StepScheduler _scheduler;
    private readonly StateSlots _slots;
    private readonly PoolCounters _counters;
    private readonly SessionStream _stream;
    private int _reading;
    private int _disposed;

    internal SpeechSession(SessionEngine engine, StepScheduler scheduler, StateSlots slots, PoolCounters counters, SessionStream stream, SessionSnapshot? snapshot)
    {
        if (snapshot is not null)
        {
            _samplesTaken = snapshot.SamplesTaken;
            _partSampleBytes = snapshot.PartSample.Length;
            snapshot.PartSample.CopyTo(_partSample, 0);
        }

        _engine = engine;
        _scheduler = scheduler;
        _slots = slots;
        _counters = counters;
        _stream = stream;
    }

    /// <summary>A session that nobody holds any more gives back its place and its memory.</summary>
    ~SpeechSession() => _scheduler?.Close(_stream); // null where the constructor threw

    /// <summary>Audio taken so far, dropped audio included.</summary>
    public TimeSpan AudioReceived => TimeSpan.FromTicks((long)Math.Round(Interlocked.Read(ref _samplesTaken) * (double)TimeSpan.TicksPerSecond / _stream.Options.SampleRate));

    /// <summary>Audio recognised so far.</summary>
    public TimeSpan AudioRecognized => TimeSpan.FromSeconds(_stream.Processed * _engine.Layout.SecondsPerEncoderFrame);

    /// <summary>The length of the chunk the session ran last, or would run first.</summary>
    public TimeSpan CurrentChunk => TimeSpan.FromSeconds(_stream.CurrentChunkFrames * _engine.Layout.SecondsPerEncoderFrame);

    /// <summary>
    /// As <see cref="SessionOptions.MaxDelay"/>, for words that are not yet final. May be set from any thread while the session runs, and holds from its next step on. A beam goes on deciding within half of the delay that the session was
    /// opened with.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0.5 s.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public TimeSpan MaxDelay
    {
        get => _stream.Options.MaxDelay;
        set => Change(options => options.MaxDelay = value);
    }

    /// <summary>As <see cref="SessionOptions.EndpointSilence"/>. May be set from any thread while the session runs, and holds from its next step on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 ms.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public TimeSpan EndpointSilence
    {
        get => _stream.Options.EndpointSilence;
        set => Change(options => options.EndpointSilence = value);
    }

    /// <summary>When the audio behind the event last read had arrived: a timestamp of the pool's clock.</summary>
    internal long LastArrival => _stream.Events.LastArrival;

    /// <summary>
    /// Reads the session's events as they come, from the first that was not read before. Ends after the last event when <see cref="Complete"/> was called and all audio is recognised. Of partials only the latest
    /// is kept for a reader that falls behind; everything else waits in order.
    /// </summary>
    /// <param name="cancellationToken">Ends this reading; the session goes on and can be read again.</param>
    /// <exception cref="InvalidOperationException">The events are already being read.</exception>
    /// <exception cref="ObjectDisposedException">The session or its pool was disposed.</exception>
    /// <exception cref="Models.SpeechModelException">The model failed in a step of this session.</exception>
    /// <exception cref="SessionOverrunException">The session overran one of its bounds.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async IAsyncEnumerable<SpeechEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0) throw new InvalidOperationException("The session's events are already being read.");
        try
        {
            while (await _stream.Events.WaitAsync(cancellationToken).ConfigureAwait(false))
                while (_stream.Events.TryTake(out var speechEvent))
                    yield return speechEvent;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>
    /// Forces the end of the utterance: recognises all audio received so far at once and sends its final and an <see cref="EndOfUtterance"/>. The fast path for voice agents. The session then goes on;
    /// what follows is recognised as if there had been no flush.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the flush.</param>
    /// <returns>Completes when the events can be read.</returns>
    /// <exception cref="InvalidOperationException">A flush is already in progress.</exception>
    /// <exception cref="ObjectDisposedException">The session or its pool was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        FlushRequest request;
        lock (_stream.Gate)
        {
            if (_stream.Flush is not null) throw new InvalidOperationException("The session is already being flushed.");
            if (!_stream.Completed) _stream.Intake.Drain(_stream.Mel, _engine.Clock.GetTimestamp());
            var tail = _stream.Completed ? [] : _stream.Intake.Tail();
            request = new FlushRequest(_stream.Mel.Written, tail, tail.Length / _engine.Layout.MelBins, _engine.Clock.GetTimestamp());
            _stream.Flush = request;
        }

        _scheduler.Notify(_stream);

        // the stream may have ended by itself before it could see the request
        if (_stream.State == StreamState.Closed)
        {
            request.Done.TrySetResult();
            _stream.Flush = null;
        }

        return request.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Saves the session as bytes with which <see cref="SessionPool.RestoreAsync(ReadOnlyMemory{byte}, CancellationToken)"/> continues it: versioned, with the model's hash. The session itself goes on; events not yet read are not part of it,
    /// utterances that wait for their second pass are: both sessions send their finals.
    /// </summary>
    /// <param name="cancellationToken">Looked at once, before the step under way is waited for.</param>
    /// <returns>About <see cref="Models.SpeechModel.StateBytesPerSession"/> bytes plus the audio that waits, to be recognised or to be read again.</returns>
    /// <exception cref="InvalidOperationException">A write, a flush or another export is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The session is over or disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<byte[]> ExportStateAsync(CancellationToken cancellationToken = default)
    {
        using var writing = BeginWrite();
        cancellationToken.ThrowIfCancellationRequested();

        // a step takes tens of milliseconds at most: waiting it out keeps the stream's ownership simple
        await _scheduler.AcquireAsync(_stream).ConfigureAwait(false);
        try
        {
            _stream.Voice?.Rescue?.Abandon(_stream, _counters);
            return SessionSnapshot.Save(_stream, _slots, _engine, _samplesTaken, _partSample.AsSpan(0, _partSampleBytes));
        }
        finally
        {
            _scheduler.LetGoOf(_stream);
        }
    }

    /// <summary>
    /// Ends the session at once and gives back its place; unread events are lost. Never throws, may be called at any moment and more than once. A step of the model that is under way is not waited for.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return ValueTask.CompletedTask;
        GC.SuppressFinalize(this);
        var failure = new ObjectDisposedException(nameof(SpeechSession));
        _stream.Events.Abandon(failure);
        _stream.FailFlushes(failure);
        _scheduler.Close(_stream);
        return ValueTask.CompletedTask;
    }

    private void Change(Action<SessionOptions> change)
    {
        ThrowIfDisposed();
        lock (_stream.Gate)
        {
            var options = _stream.Options.Clone();
            change(options);
            options.ValidateChangeable();
            _stream.Options = options;
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed != 0, this);
}
