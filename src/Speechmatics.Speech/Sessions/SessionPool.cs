using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Runs many live sessions of one model over few threads: sessions whose chunks come due together are stepped together. Thread-safe.
/// The pool starts its threads at once and measures what they can do; disposing it ends its sessions.
/// </summary>
public sealed class SessionPool : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly HashSet<SessionStream> _streams = [];
    private readonly LinkedList<TaskCompletionSource> _waiters = new();
    private readonly SessionPoolOptions _options;
    private readonly SessionEngine _engine;
    private readonly StateSlots _slots;
    private readonly StepScheduler _scheduler;
    private readonly PoolCounters _counters;
    private readonly StepWorker[] _workers;
    private readonly StallWatch _stallWatch;
    private readonly Task _calibrated;
    private readonly CancellationTokenSource _stop = new();
    private int _active;
    private double _nextPlace;
    private Task? _disposal;

    /// <summary>Creates the pool and starts its threads.</summary>
    /// <param name="model">The model; it must outlive the pool, which does not dispose it.</param>
    /// <param name="options">How the pool works; null for the defaults. A copy is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The speech model and the voice activity model hear audio of different rates.</exception>
    public SessionPool(SpeechModel model, SessionPoolOptions? options = null)
        : this(model, options, TimeProvider.System)
    {
    }

    /// <summary>Creates a pool whose sessions may ask for <see cref="OperatingPoint.Enhanced"/>, and starts its threads.</summary>
    /// <param name="model">The streaming model; it must outlive the pool, which does not dispose it.</param>
    /// <param name="enhancedModel">The second pass's model; it must outlive the pool, which does not dispose it.</param>
    /// <param name="options">How the pool works; null for the defaults. A copy is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The models hear audio of different rates.</exception>
    public SessionPool(SpeechModel model, EnhancedSpeechModel enhancedModel, SessionPoolOptions? options = null)
        : this(model, options, TimeProvider.System, enhancedModel ?? throw new ArgumentNullException(nameof(enhancedModel)))
    {
    }

    internal SessionPool(IAcousticModel model, SessionPoolOptions? options, TimeProvider clock, EnhancedSpeechModel? enhancedModel = null, IVoiceActivityModel? voiceActivityModel = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options?.Clone() ?? new SessionPoolOptions();
        _options.Validate();
        var workers = _options.Workers ?? Environment.ProcessorCount;
        _engine = new SessionEngine(model, clock, enhancedModel, voiceActivityModel ?? _options.VoiceActivityModel);
        if (enhancedModel is not null && enhancedModel.SampleRate != _engine.Layout.SampleRate)
            throw new ArgumentException($"The models hear {_engine.Layout.SampleRate} and {enhancedModel.SampleRate} samples a second: take two of one rate.", nameof(enhancedModel));
        if (_engine.VoiceActivityModel is { } voice && voice.Layout.SampleRate != _engine.Layout.SampleRate)
            throw new ArgumentException($"The speech model hears {_engine.Layout.SampleRate} samples a second, the voice activity model {voice.Layout.SampleRate}: take two of one rate.", nameof(options));
        _slots = new StateSlots(_engine.Layout);
        _counters = new PoolCounters(_engine, workers);
        _scheduler = new StepScheduler(_engine, _slots, workers, _options.MaxBatch) { Left = OnLeft, Released = OnReleased, AlwaysGather = _options.AlwaysGather };
        _workers = new StepWorker[workers];
        for (var i = 0; i < workers; i++) _workers[i] = new StepWorker(_engine, _scheduler, _slots, _counters, i, _stop.Token);
        _calibrated = Task.WhenAll(_workers.Select(worker => worker.Calibrated));
        _stallWatch = new StallWatch(_scheduler, clock, ListStreams);
        SpeechMetrics.Add(this);
    }

    /// <summary>The chunk that the model's makers recommend.</summary>
    internal TimeSpan DefaultChunk => TimeSpan.FromSeconds(_engine.Layout.DefaultChunkFrames * _engine.Layout.SecondsPerEncoderFrame);

    /// <summary>Whether sessions may ask for <see cref="OperatingPoint.Enhanced"/>.</summary>
    public bool HasEnhanced => _engine.EnhancedModel is not null;

    /// <summary>Whether sessions may ask for <see cref="SessionOptions.VoiceActivity"/>.</summary>
    public bool HasVoiceActivity => _engine.VoiceActivityModel is not null;

    /// <summary>Whether a custom vocabulary for this pool's sessions may hold a phrase: whether the model can write it, or all its sounds-like spellings.</summary>
    /// <param name="phrase">The phrase.</param>
    public bool CanSpell(VocabularyPhrase phrase)
    {
        ArgumentNullException.ThrowIfNull(phrase);
        return CustomVocabulary.CanSpell(phrase, _engine.PieceEncoder);
    }

    internal SessionEngine Engine => _engine;

    internal PoolCounters Counters => _counters;

    internal LatencyController Controller => _scheduler.Controller;

    /// <summary>Opens a session.</summary>
    /// <param name="options">How the session listens; null for the defaults. A copy is kept.</param>
    /// <param name="cancellationToken">Cancels the wait for a place.</param>
    /// <returns>The session; dispose it when done with it. It takes its place in the pool until it is disposed, has ended by itself, or is garbage-collected.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range or the model lacks what it asks for.</exception>
    /// <exception cref="SessionLimitException">The pool is full and no place came free in <see cref="SessionPoolOptions.AdmissionTimeout"/>.</exception>
    /// <exception cref="SpeechModelException">The pool's threads could not start the model.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<SpeechSession> OpenAsync(SessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = options?.Clone() ?? new SessionOptions();
        options.Validate(_engine);
        cancellationToken.ThrowIfCancellationRequested();
        return _calibrated.IsCompletedSuccessfully && TryEnter() ? new ValueTask<SpeechSession>(Open(options)) : OpenSlowAsync(options, null, cancellationToken);
    }

    /// <summary>Continues a session that <see cref="SpeechSession.ExportStateAsync"/> saved, here or in another process or on another machine with the same model.</summary>
    /// <param name="state">The saved bytes.</param>
    /// <param name="cancellationToken">Cancels the wait for a place.</param>
    /// <returns>A session that goes on where the saved one was: next it takes the audio that followed the snapshot.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, of another version, or of another model.</exception>
    /// <exception cref="SessionLimitException">The pool is full and no place came free in <see cref="SessionPoolOptions.AdmissionTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<SpeechSession> RestoreAsync(ReadOnlyMemory<byte> state, CancellationToken cancellationToken = default) =>
        RestoreAsync(state, null, null, cancellationToken);

    /// <summary>Continues a session that used a language model or a custom vocabulary: the saved bytes hold only their hashes, so give the same ones again.</summary>
    /// <param name="state">The saved bytes.</param>
    /// <param name="languageModel">The session's language model, or null if it had none.</param>
    /// <param name="customVocabulary">The session's custom vocabulary, or null if it had none.</param>
    /// <param name="cancellationToken">Cancels the wait for a place.</param>
    /// <returns>A session that goes on where the saved one was.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, of another version, or of another model; or the language model or vocabulary is not the session's.</exception>
    /// <exception cref="SessionLimitException">The pool is full and no place came free in <see cref="SessionPoolOptions.AdmissionTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<SpeechSession> RestoreAsync(
        ReadOnlyMemory<byte> state, LanguageModel? languageModel, CustomVocabulary? customVocabulary, CancellationToken cancellationToken = default)
    {
        var snapshot = SessionSnapshot.Open(state, _engine, languageModel, customVocabulary);
        snapshot.Options.Validate(_engine);
        cancellationToken.ThrowIfCancellationRequested();
        return OpenSlowAsync(snapshot.Options, snapshot, cancellationToken);
    }

    /// <summary>What the pool is doing now. Cheap: a few locks held for nanoseconds.</summary>
    public SessionPoolStatus GetStatus()
    {
        int active, waiting;
        lock (_gate)
        {
            active = _active;
            waiting = _waiters.Count;
        }

        var sizes = _engine.Layout.ChunkFrames;
        var level = _scheduler.Controller.Level;
        var below = (int)Math.Floor(level);
        var above = Math.Min(below + 1, sizes.Length - 1);
        return new SessionPoolStatus
        {
            ActiveSessions = active,
            MaxSessions = Limit,
            MeasuredCapacity = _counters.MeasuredCapacity,
            QueuedSessions = _scheduler.QueuedStreams,
            WaitingCallers = waiting,
            Utilisation = _scheduler.Utilisation,
            Chunk = TimeSpan.FromSeconds((sizes[below] + ((level - below) * (sizes[above] - sizes[below]))) * _engine.Layout.SecondsPerEncoderFrame),
            AudioRecognized = _counters.AudioRecognized,
            AudioDropped = _counters.AudioDropped,
            Steps = _counters.Steps,
            Chunks = _counters.Chunks,
            MovedChunks = _scheduler.MovedChunks,
            RefusedSessions = _counters.Refused,
            FailedSessions = _counters.Failures,
            Readings = _counters.Readings,
            SkippedReadings = _counters.SkippedReadings,
            RepeatedReadings = _counters.RepeatedReadings,
            RefinedPartials = _counters.Refinements,
            SuppressedWords = _counters.SuppressedWords,
            RescuedSpans = _counters.RescuedSpans,
            SkippedRescues = _counters.SkippedRescues,
            QueuedReadings = _scheduler.QueuedReadings,
            StateBytes = _scheduler.StateBytes,
        };
    }

    /// <summary>
    /// Ends all sessions and the pool's threads. Safe at any moment, more than once, and never throws; completes when the steps under way, tens of milliseconds at most, are over.
    /// Reading the events of a session that was still open ends with <see cref="ObjectDisposedException"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate) _disposal ??= ShutDownAsync();
        return new ValueTask(_disposal);
    }

    private int Limit => _options.MaxSessions ?? Math.Max(1, _counters.MeasuredCapacity);

    private bool TryEnter()
    {
        lock (_gate) return TakePlace();
    }

    /// <summary>Takes a place if one is free and nobody waits for it. Under the lock.</summary>
    private bool TakePlace()
    {
        ObjectDisposedException.ThrowIf(_disposal is not null, this);
        if (_active >= Limit || _waiters.Count > 0) return false;
        _active++;
        return true;
    }

    private async ValueTask<SpeechSession> OpenSlowAsync(SessionOptions options, SessionSnapshot? snapshot, CancellationToken cancellationToken)
    {
        await _calibrated.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!TryEnter()) await WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
        return Open(options, snapshot);
    }

    private async Task WaitForPlaceAsync(CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource>? node = null;
        lock (_gate)
        {
            // looked at again under the lock that queues: a place that came free in between would wake nobody
            if (TakePlace()) return;
            if (_options.AdmissionTimeout != TimeSpan.Zero) node = _waiters.AddLast(place);
        }

        try
        {
            if (node is null) throw new TimeoutException();
            await place.Task.WaitAsync(_options.AdmissionTimeout, _engine.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // the place may have come at the last moment: then it is taken after all, or handed on
                if (place.Task.IsCompletedSuccessfully && failure is TimeoutException) return;
                if (place.Task.IsCompletedSuccessfully) Leave();
                else if (node?.List is not null) _waiters.Remove(node);
            }

            if (failure is OperationCanceledException) throw;
            _counters.CountRefused();
            throw new SessionLimitException(Limit);
        }
    }

    private SpeechSession Open(SessionOptions options, SessionSnapshot? snapshot = null)
    {
        SessionStream stream;
        lock (_gate)
        {
            if (_disposal is not null)
            {
                _active--;
                throw new ObjectDisposedException(nameof(SessionPool));
            }

            // the golden ratio spreads the places of any run of sessions evenly
            _nextPlace = (_nextPlace + 0.6180339887498949) % 1;
            stream = new SessionStream(_engine, options, _nextPlace);
            _streams.Add(stream);
        }

        SpeechMetrics.ActiveSessions.Add(1);
        if (snapshot is not null)
        {
            try
            {
                _scheduler.Acquire(stream);
                try
                {
                    snapshot.LoadInto(stream, _slots, _scheduler);
                }
                finally
                {
                    _scheduler.LetGoOf(stream);
                }
            }
            catch
            {
                _scheduler.Close(stream);
                throw;
            }
        }

        return new SpeechSession(_engine, _scheduler, _slots, _counters, stream, snapshot);
    }

    private void ListStreams(List<SessionStream> streams)
    {
        lock (_gate) streams.AddRange(_streams);
    }

    private void OnLeft(SessionStream stream)
    {
        lock (_gate)
        {
            if (!_streams.Remove(stream)) return;
            Leave();
        }

        SpeechMetrics.ActiveSessions.Add(-1);
    }

    private static void OnReleased(SessionStream stream)
    {
        lock (stream.Gate)
        {
            stream.Mel.Release();
            stream.RoomWaiter?.TrySetResult();
            stream.RoomWaiter = null;
        }
    }

    /// <summary>Gives a place to the next in line, or back to the pool. Under the lock.</summary>
    private void Leave()
    {
        while (_waiters.First is { } first)
        {
            _waiters.RemoveFirst();
            if (first.Value.TrySetResult()) return;
        }

        _active--;
    }

    private async Task ShutDownAsync()
    {
        SpeechMetrics.Remove(this);
        _stallWatch.Dispose();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _scheduler.Stop();
        await _stop.CancelAsync().ConfigureAwait(false);
        SessionStream[] open;
        lock (_gate)
        {
            open = [.. _streams];
            foreach (var waiter in _waiters) waiter.TrySetException(new ObjectDisposedException(nameof(SessionPool)));
            _waiters.Clear();
        }

        foreach (var stream in open)
        {
            var failure = new ObjectDisposedException(nameof(SessionPool), "The session's pool was disposed.");
            stream.Events.End(failure);
            stream.FailFlushes(failure);
            _scheduler.Close(stream);
        }

        foreach (var worker in _workers) await worker.Stopped.ConfigureAwait(false);

        // a pool whose model cannot start tells those who open sessions; when nobody does, the failure still counts as seen
        _ = _calibrated.Exception;
        await _scheduler.AllReturned.ConfigureAwait(false);
        _slots.Dispose();
        _stop.Dispose();
    }
}
