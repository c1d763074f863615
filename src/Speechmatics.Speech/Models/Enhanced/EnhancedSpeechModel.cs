namespace Speechmatics.Speech.Models;

/// <summary>
/// A loaded model for the enhanced operating point: an attention encoder-decoder that reads each finished utterance once more as a whole and writes it with punctuation and capitals. The
/// weights are shared by every session of a pool. Thread-safe. Loading takes some hundred milliseconds, so load once and keep it.
/// </summary>
/// <remarks>
/// A package is a folder with <c>model.json</c> (the manifest, <c>type</c> <c>attention</c>), the two ONNX files and the vocabulary that it names. The model: Radford et al., Robust Speech
/// Recognition via Large-Scale Weak Supervision, 2022 (arXiv 2212.04356).
/// </remarks>
public sealed class EnhancedSpeechModel : IAsyncDisposable
{
    private readonly AttentionPackage _package;
    private readonly AttentionSessions _sessions;
    private int _disposed;

    private EnhancedSpeechModel(AttentionPackage package, AttentionSessions sessions) => (_package, _sessions) = (package, sessions);

    /// <summary>The model's name from its manifest, such as <c>en-enhanced</c>.</summary>
    public string Name => _package.Name;

    /// <summary>The language it recognises, as a BCP 47 tag such as <c>en</c>.</summary>
    public string Language => _package.Language;

    /// <summary>Samples per second of the audio the model hears; other rates are resampled.</summary>
    public int SampleRate => _package.Layout.SampleRate;

    /// <summary>The longest utterance the model reads at once; longer ones are cut at quiet places.</summary>
    public TimeSpan MaxUtterance => TimeSpan.FromSeconds(_package.Layout.MaxSeconds);

    /// <summary>SHA-256 over the manifest and the hashes of the files it names, as lower-case hex: the same for the same package anywhere.</summary>
    public string ContentHash => _package.ContentHash;

    internal AttentionLayout Layout => _package.Layout;

    internal AttentionVocabulary Vocabulary => _package.Vocabulary;

    /// <summary>Loads the package in the folder <paramref name="path"/>, checks it and runs it once, all on a pool thread.</summary>
    /// <param name="path">The folder that holds <c>model.json</c>.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <param name="ct">Cancels between two files or runs; what was loaded is freed.</param>
    /// <returns>The model; dispose it when no session needs it any more.</returns>
    /// <exception cref="SpeechModelException">The package is incomplete, damaged, of an unknown version, or its files do not fit together; or the native ONNX Runtime is absent. The message names the file and the fix.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static Task<EnhancedSpeechModel> LoadAsync(string path, SpeechModelOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var verifyHashes = (options ?? new()).VerifyHashes;
        return Task.Run(() => Load(path, verifyHashes, ct), ct);
    }

    /// <summary>Creates encoder and decoder for one thread, with buffers for up to <paramref name="maxRows"/> utterances at once.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    internal IAttentionNetwork CreateNetwork(int maxRows)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new OnnxAttentionNetwork(_sessions, Layout, maxRows);
    }

    /// <summary>
    /// Frees the model. Safe at any moment and more than once: what is still running with it keeps the weights alive until it ends; nothing new can begin.
    /// </summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _sessions.Release();
        return ValueTask.CompletedTask;
    }

    private static EnhancedSpeechModel Load(string path, bool verifyHashes, CancellationToken ct)
    {
        var package = AttentionPackage.Read(path, verifyHashes, ct);
        var sessions = AttentionSessions.Open(package, ct);
        try
        {
            ct.ThrowIfCancellationRequested();
            WarmUp(package, sessions);
            return new EnhancedSpeechModel(package, sessions);
        }
        catch
        {
            sessions.Release();
            throw;
        }
    }

    /// <summary>One second of silence and two steps: settles the sizes that the files leave open, before the first utterance does. About 10 ms.</summary>
    private static void WarmUp(AttentionPackage package, AttentionSessions sessions)
    {
        using var network = new OnnxAttentionNetwork(sessions, package.Layout, maxRows: 1);
        var frames = package.Layout.SampleRate / package.Layout.HopSamples;
        network.Begin(1, frames);
        network.Encode(0, new float[frames * package.Layout.MelBins]);
        network.Step([.. package.Vocabulary.Prompt.Select(id => (long)id)], package.Vocabulary.Prompt.Length);
        network.Step([package.Vocabulary.EndOfText], 1);
    }
}
