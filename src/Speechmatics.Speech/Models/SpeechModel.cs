using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Models;

/// <summary>
/// A loaded model package: the weights, shared by every session that recognises with it. Thread-safe. Loading takes a few hundred milliseconds, so load once and keep it.
/// </summary>
/// <remarks>
/// A package is a folder with <c>model.json</c> (the manifest), the ONNX files and the vocabulary that it names. Each run uses one thread; sessions run side by side on the threads of a pool.
/// Where the manifest has a section <c>files</c> with <c>bytes</c> and <c>sha256</c> for each file, loading compares them.
/// </remarks>
public sealed class SpeechModel : IAcousticModel, IAsyncDisposable
{
    private readonly ModelPackage _package;
    private readonly OnnxSessions _sessions;
    private readonly LogMelTables _melTables;
    private int _disposed;

    private SpeechModel(ModelPackage package, OnnxSessions sessions)
    {
        (_package, _sessions) = (package, sessions);
        ChunkDurations = [.. Layout.ChunkFrames.Select(DurationOf)];
        DefaultChunkDuration = DurationOf(Layout.DefaultChunkFrames);
        _melTables = package.Features.CreateTables(package.ManifestPath, Layout.SampleRate);
        Heads = [.. package.Joiners.Keys.Order()];
    }

    /// <summary>The model's name from its manifest, such as <c>en-standard</c>.</summary>
    public string Name => _package.Name;

    /// <summary>The language it recognises, as a BCP 47 tag such as <c>en</c>.</summary>
    public string Language => _package.Language;

    /// <summary>Samples per second of the audio the model hears; other rates are resampled.</summary>
    public int SampleRate => Layout.SampleRate;

    /// <summary>The lengths of audio that one step of the model can take, ascending. Short ones answer sooner and cost more for each second of audio.</summary>
    public IReadOnlyList<TimeSpan> ChunkDurations { get; }

    /// <summary>The chunk length the model's makers recommend; one of <see cref="ChunkDurations"/>.</summary>
    public TimeSpan DefaultChunkDuration { get; }

    /// <summary>The transducer heads the package has.</summary>
    public IReadOnlyList<TransducerHead> Heads { get; }

    /// <summary>Bytes of model state that each open session keeps.</summary>
    public long StateBytesPerSession => Layout.StateBytesPerSession;

    /// <summary>SHA-256 over the manifest and the hashes of the files it names, as lower-case hex: the same for the same package anywhere.</summary>
    public string ContentHash => _package.ContentHash;

    /// <summary>How the package's mel frames are computed.</summary>
    internal FeatureManifest Features => _package.Features;

    /// <inheritdoc cref="IAcousticModel.Layout"/>
    internal EncoderLayout Layout => _package.Layout;

    /// <inheritdoc cref="IAcousticModel.Vocabulary"/>
    internal TransducerVocabulary Vocabulary => _package.Vocabulary;

    EncoderLayout IAcousticModel.Layout => Layout;

    TransducerVocabulary IAcousticModel.Vocabulary => Vocabulary;

    LogMelTables IAcousticModel.MelTables => _melTables;

    /// <summary>The language model that comes with the package, which beam search uses unless told otherwise; null without one.</summary>
    public string? LanguageModelPath => _package.LanguageModel?.Path;

    /// <summary>Loads the package in the folder <paramref name="path"/>, checks it and runs it once for each chunk length, all on a pool thread.</summary>
    /// <param name="path">The folder that holds <c>model.json</c>.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <param name="ct">Cancels between two files or runs; what was loaded is freed.</param>
    /// <returns>The model; dispose it when no session needs it any more.</returns>
    /// <exception cref="SpeechModelException">The package is incomplete, damaged, of an unknown version, or its files do not fit together; or the native ONNX Runtime is absent. The message names the file and the fix.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static Task<SpeechModel> LoadAsync(string path, SpeechModelOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var verifyHashes = (options ?? new()).VerifyHashes;
        return Task.Run(() => Load(path, verifyHashes, ct), ct);
    }

    bool IAcousticModel.HasHead(TransducerHead head) => _package.Joiners.ContainsKey(head);

    IEncoderStep IAcousticModel.CreateEncoderStep(int maxRows)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new OnnxEncoderStep(_sessions, Layout, _package.Encoder.Path, maxRows);
    }

    ITransducerNetwork IAcousticModel.CreateTransducer(TransducerHead head, int maxRows)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (!_package.Joiners.ContainsKey(head))
            throw new ArgumentException($"The model {Name} has no {head} head; it has {string.Join(", ", Heads)}.", nameof(head));
        return new OnnxTransducerNetwork(_sessions, _package, head, maxRows);
    }

    /// <summary>
    /// Frees the model. Safe at any moment and more than once: what is still running with it keeps the weights alive until it ends; nothing new can begin.
    /// </summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _sessions.Release();
        return ValueTask.CompletedTask;
    }

    private static SpeechModel Load(string path, bool verifyHashes, CancellationToken ct)
    {
        var package = ModelPackage.Read(path, verifyHashes, ct);
        var sessions = OnnxSessions.Open(package, ct);
        try
        {
            WarmUp(package, sessions, ct);
            return new SpeechModel(package, sessions);
        }
        catch (SpeechModelException e)
        {
            sessions.Release();
            throw new SpeechModelException($"{e.Message} The sizes in {package.ManifestPath} do not fit this file: take all files from one package.", e.File, e);
        }
        catch
        {
            sessions.Release();
            throw;
        }
    }

    /// <summary>
    /// One run of every network with one row: settles the sizes that the files leave open, and makes ONNX Runtime take its memory before the first session waits for it. A few
    /// milliseconds for each chunk length.
    /// </summary>
    private static unsafe void WarmUp(ModelPackage package, OnnxSessions sessions, CancellationToken ct)
    {
        var states = package.Layout.States.Select(s => new PinnedBuffer<float>(s.FloatsPerSession)).ToArray();
        var addresses = states.Select(s => (nint)s.Pointer).ToArray();
        using (var step = new OnnxEncoderStep(sessions, package.Layout, package.Encoder.Path, maxRows: 1))
        {
            foreach (var chunk in package.Layout.ChunkFrames)
            {
                ct.ThrowIfCancellationRequested();
                step.SetChunk(chunk);
                step.MelWindow(0).Fill(package.Layout.SilenceMel);
                step.Run(1, addresses);
            }
        }

        GC.KeepAlive(states);
        foreach (var head in package.Joiners.Keys)
        {
            using var network = new OnnxTransducerNetwork(sessions, package, head, maxRows: 1);
            network.PredictorContext(0).Fill(package.Vocabulary.BlankId);
            network.RunPredictor(1);
            network.RunJoiner(1);
        }
    }

    private TimeSpan DurationOf(int encoderFrames) => TimeSpan.FromSeconds(encoderFrames * Layout.SecondsPerEncoderFrame);
}
