using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Recognition;

/// <summary>
/// The front door: recognises audio sources. Thread-safe; any number of recognitions run at once, each as a session of one pool.
/// </summary>
public sealed class SpeechRecognizer : IAsyncDisposable
{
    /// <summary>
    /// Silence that ends an utterance when a source is recognised enhanced and no options are given: 2 s. Nobody waits for the finals of a file, and the second pass errs less on longer utterances.
    /// </summary>
    public static readonly TimeSpan EnhancedEndpointSilence = TimeSpan.FromSeconds(2);

    /// <summary>Texts that the second pass follows side by side when a source is recognised enhanced and no options are given: 4. They make a sixth fewer errors than one (docs/second-pass.md), for time that nobody waits for.</summary>
    public const int EnhancedBeamSize = 4;

    private const int ReadSamples = 4096;
    private readonly SpeechModel? _ownModel;
    private readonly EnhancedSpeechModel? _ownEnhancedModel;
    private readonly bool _ownsPool;

    private SpeechRecognizer(SessionPool pool, bool ownsPool, SpeechModel? ownModel = null, EnhancedSpeechModel? ownEnhancedModel = null)
    {
        Pool = pool;
        _ownsPool = ownsPool;
        _ownModel = ownModel;
        _ownEnhancedModel = ownEnhancedModel;
    }

    /// <summary>The pool that runs the recognitions.</summary>
    public SessionPool Pool { get; }

    /// <summary>Loads a model and starts a pool for it; both belong to the recognizer.</summary>
    /// <param name="modelPath">The model package's folder.</param>
    /// <param name="poolOptions">How the pool works; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <exception cref="SpeechModelException">The package cannot be used; the message names the file and the fix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<SpeechRecognizer> CreateAsync(
        string modelPath, SessionPoolOptions? poolOptions = null, CancellationToken cancellationToken = default)
    {
        poolOptions?.Validate();
        var model = await SpeechModel.LoadAsync(modelPath, ct: cancellationToken).ConfigureAwait(false);
        return new SpeechRecognizer(new SessionPool(model, poolOptions), ownsPool: true, model);
    }

    /// <summary>Loads a streaming model and the model of its second pass and starts a pool for them; all belong to the recognizer, whose recognitions are enhanced unless their options say otherwise.</summary>
    /// <param name="modelPath">The streaming model package's folder.</param>
    /// <param name="enhancedModelPath">The second pass's model package's folder.</param>
    /// <param name="poolOptions">How the pool works; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <exception cref="SpeechModelException">A package cannot be used; the message names the file and the fix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<SpeechRecognizer> CreateEnhancedAsync(
        string modelPath, string enhancedModelPath, SessionPoolOptions? poolOptions = null, CancellationToken cancellationToken = default)
    {
        poolOptions?.Validate();
        var model = await SpeechModel.LoadAsync(modelPath, ct: cancellationToken).ConfigureAwait(false);
        try
        {
            var enhanced = await EnhancedSpeechModel.LoadAsync(enhancedModelPath, ct: cancellationToken).ConfigureAwait(false);
            return new SpeechRecognizer(new SessionPool(model, enhanced, poolOptions), ownsPool: true, model, enhanced);
        }
        catch
        {
            await model.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The options of recordings that both passes read, where nobody waits for the finals: enhanced, with <see cref="EnhancedEndpointSilence"/> and <see cref="EnhancedBeamSize"/>. To change, and to give to <see cref="RecognizeAsync"/>.</summary>
    public static SessionOptions CreateEnhancedOptions() =>
        new() { OperatingPoint = OperatingPoint.Enhanced, EndpointSilence = EnhancedEndpointSilence, SecondPassBeamSize = EnhancedBeamSize };

    /// <summary>Recognises on a pool that the caller owns and disposes.</summary>
    /// <param name="pool">The pool; it must outlive the recognizer.</param>
    public static SpeechRecognizer FromPool(SessionPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new SpeechRecognizer(pool, ownsPool: false);
    }

    /// <summary>
    /// Recognises a source from its beginning to its end, in constant memory: it is read only as fast as the pool takes it.
    /// The session's sample rate is the source's, whatever the options say. Without a pinned chunk the model's default chunk is used, so that results are reproducible.
    /// </summary>
    /// <param name="source">The audio.</param>
    /// <param name="options">How to listen; null for the defaults. A copy is kept.</param>
    /// <param name="cancellationToken">Ends the recognition.</param>
    /// <returns>
    /// The events in order; a source that was damaged adds an <see cref="SessionNoticeKind.AudioTruncated"/> notice at the end. When the source fails half-way, the events of the audio before come first, then its exception.
    /// </returns>
    /// <exception cref="AudioFormatException">The source cannot be read as audio, or holds samples that are no numbers.</exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="SessionLimitException">The pool is full.</exception>
    /// <exception cref="SpeechModelException">The model failed.</exception>
    /// <exception cref="ObjectDisposedException">The recognizer or its pool was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async IAsyncEnumerable<SpeechEvent> RecognizeAsync(
        AudioSource source, SessionOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reader = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var readerScope = reader.ConfigureAwait(false);
        options = options?.Clone() ?? (Pool.HasEnhanced ? CreateEnhancedOptions() : new SessionOptions());
        options.SampleRate = reader.SampleRate;
        options.Chunk ??= Pool.DefaultChunk;
        var session = await Pool.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        await using var sessionScope = session.ConfigureAwait(false);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = FeedAsync(reader, session, stop.Token);
        ExceptionDispatchInfo? sourceFailure;
        try
        {
            await foreach (var speechEvent in session.ReadEventsAsync(cancellationToken).ConfigureAwait(false))
                yield return speechEvent;
        }
        finally
        {
            // the reader must not be disposed while it is being read
            await stop.CancelAsync().ConfigureAwait(false);
            sourceFailure = await feeding.ConfigureAwait(false);
        }

        if (sourceFailure is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sourceFailure.Throw();
        }

        if (reader.Notice is { } notice)
            yield return new SessionNotice { Kind = SessionNoticeKind.AudioTruncated, Message = notice, Time = session.AudioReceived };
    }

    /// <summary>Ends what is being recognised, and frees the model and the pool where they are the recognizer's own. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ownsPool) await Pool.DisposeAsync().ConfigureAwait(false);
        if (_ownModel is not null) await _ownModel.DisposeAsync().ConfigureAwait(false);
        if (_ownEnhancedModel is not null) await _ownEnhancedModel.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Writes the source to the session and completes it, also when the source fails: what it gave before is recognised. Never throws; returns the source's failure.
    /// </summary>
    private static async Task<ExceptionDispatchInfo?> FeedAsync(AudioReader reader, SpeechSession session, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new float[ReadSamples];
            while (true)
            {
                var count = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0) return null;
                await session.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            return ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            session.Complete();
        }
    }
}
