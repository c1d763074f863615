using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Hosting;

/// <summary>
/// The models and the pool of an application, from its start to its end. Thread-safe. The host loads it before anything else starts; without a host, call <see cref="StartAsync"/>.
/// </summary>
public sealed class SpeechEngine : IAsyncDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(50);

    private readonly SpeechEngineOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _starting = new(1);
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _ending = new();
    private Parts? _parts;
    private int _disposed;

    /// <summary>Creates the engine; it loads nothing yet.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="logger">Gets start, drain and end.</param>
    /// <param name="clock">Times the drain.</param>
    public SpeechEngine(IOptions<SpeechEngineOptions> options, ILogger<SpeechEngine> logger, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _logger = logger;
        _clock = clock;
    }

    /// <summary>Whether the models are loaded and the pool runs.</summary>
    public bool IsStarted => Volatile.Read(ref _parts) is not null;

    /// <summary>Whether the engine takes no new callers because its end, or a drain, was asked for.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Cancelled when the engine is about to close the sessions that a drain left open, for owners of sessions that want to tell their peers.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>The loaded model.</summary>
    /// <exception cref="InvalidOperationException">The engine has not started.</exception>
    public SpeechModel Model => Started().Model;

    /// <summary>The second pass's model; null where the application has none.</summary>
    /// <exception cref="InvalidOperationException">The engine has not started.</exception>
    public EnhancedSpeechModel? EnhancedModel => Started().EnhancedModel;

    /// <summary>The voice activity model; null where the application has none.</summary>
    /// <exception cref="InvalidOperationException">The engine has not started.</exception>
    public VoiceActivityModel? VoiceActivityModel => Started().VoiceActivityModel;

    /// <summary>The pool of sessions.</summary>
    /// <exception cref="InvalidOperationException">The engine has not started.</exception>
    public SessionPool Pool => Started().Pool;

    /// <summary>Recognises files and other sources on <see cref="Pool"/>; enhanced, where there is a second model and the options do not say otherwise.</summary>
    /// <exception cref="InvalidOperationException">The engine has not started.</exception>
    public SpeechRecognizer Recognizer => Started().Recognizer;

    /// <summary>Whether a new session would be admitted now.</summary>
    public bool IsReady => Volatile.Read(ref _parts) is { } parts && !IsDraining && parts.Pool.GetStatus() is var status && status.ActiveSessions < status.MaxSessions;

    /// <summary>Loads the models and starts the pool. Once: later calls do nothing.</summary>
    /// <param name="cancellationToken">Gives up loading.</param>
    /// <exception cref="SpeechModelException">The model package cannot be used; the message names the file and the fix.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_parts is not null) return;
            var began = _clock.GetTimestamp();
            var path = Path.GetFullPath(_options.ModelPath, AppContext.BaseDirectory);
            var loading = new SpeechModelOptions { VerifyHashes = _options.VerifyHashes };
            var model = await SpeechModel.LoadAsync(path, loading, cancellationToken).ConfigureAwait(false);
            EnhancedSpeechModel? enhanced = null;
            VoiceActivityModel? voiceActivity = null;
            try
            {
                if (_options.EnhancedFolder() is { } second) enhanced = await EnhancedSpeechModel.LoadAsync(second, loading, cancellationToken).ConfigureAwait(false);
                if (_options.VoiceActivityFolder() is { } voice) voiceActivity = await VoiceActivityModel.LoadAsync(voice, loading, cancellationToken).ConfigureAwait(false);
                var options = _options.Pool(voiceActivity);
                var pool = enhanced is null ? new SessionPool(model, options) : new SessionPool(model, enhanced, options);
                Volatile.Write(ref _parts, new Parts(model, enhanced, voiceActivity, pool, SpeechRecognizer.FromPool(pool)));
            }
            catch
            {
                if (voiceActivity is not null) await voiceActivity.DisposeAsync().ConfigureAwait(false);
                if (enhanced is not null) await enhanced.DisposeAsync().ConfigureAwait(false);
                await model.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _logger.EngineStarted(model.Name, enhanced?.Name ?? "none", model.Language, _clock.GetElapsedTime(began).TotalMilliseconds);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>From now on the engine is not ready. Open sessions go on. Idempotent; cannot be taken back.</summary>
    public void BeginDrain()
    {
        if (IsDraining) return;
        _draining.Cancel();
        _logger.DrainBegan(IsStarted ? Pool.GetStatus().ActiveSessions : 0, _options.DrainTimeout.TotalSeconds);
    }

    /// <summary>Begins a drain, waits until no session is open or <see cref="SpeechEngineOptions.DrainTimeout"/> is over, and then cancels <see cref="Ending"/>.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of sessions still open.</returns>
    public async Task<int> DrainAsync(CancellationToken cancellationToken = default)
    {
        BeginDrain();
        var began = _clock.GetTimestamp();
        var open = 0;
        while (IsStarted && (open = Pool.GetStatus().ActiveSessions) > 0 && _clock.GetElapsedTime(began) < _options.DrainTimeout && !cancellationToken.IsCancellationRequested)
            await Task.Delay(DrainPoll, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _logger.DrainEnded(open, _clock.GetElapsedTime(began).TotalSeconds);
        await _ending.CancelAsync().ConfigureAwait(false);
        return open;
    }

    /// <summary>Ends all sessions and frees the models. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _draining.CancelAsync().ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        if (_parts is not { } parts) return;
        await parts.Pool.DisposeAsync().ConfigureAwait(false);
        if (parts.VoiceActivityModel is not null) await parts.VoiceActivityModel.DisposeAsync().ConfigureAwait(false);
        if (parts.EnhancedModel is not null) await parts.EnhancedModel.DisposeAsync().ConfigureAwait(false);
        await parts.Model.DisposeAsync().ConfigureAwait(false);
    }

    private Parts Started() => Volatile.Read(ref _parts)
        ?? throw new InvalidOperationException("The speech engine has not started. Resolve the model, the pool or the recognizer after the host has started, or await SpeechEngine.StartAsync() first.");

    private sealed record Parts(SpeechModel Model, EnhancedSpeechModel? EnhancedModel, VoiceActivityModel? VoiceActivityModel, SessionPool Pool, SpeechRecognizer Recognizer);
}
