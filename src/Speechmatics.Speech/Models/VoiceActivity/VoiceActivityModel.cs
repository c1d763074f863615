namespace Speechmatics.Speech.Models;

/// <summary>
/// A loaded voice activity model: it hears where somebody speaks, whatever is said. Given to a pool, it runs there beside the speech model, batched over the sessions that ask for it. Thread-safe;
/// shared by every session.
/// </summary>
/// <remarks>
/// A package is a folder with <c>model.json</c> (the manifest, <c>type</c> <c>voice-activity</c>) and the ONNX file that it names. The model: Silero Team, Silero VAD: pre-trained enterprise-grade Voice
/// Activity Detector, 2024 (github.com/snakers4/silero-vad).
/// </remarks>
public sealed class VoiceActivityModel : IVoiceActivityModel, IAsyncDisposable
{
    private readonly VoiceActivityPackage _package;
    private readonly VoiceActivitySession _session;
    private int _disposed;

    private VoiceActivityModel(VoiceActivityPackage package, VoiceActivitySession session) => (_package, _session) = (package, session);

    /// <summary>The model's name from its manifest, such as <c>silero-vad</c>.</summary>
    public string Name => _package.Name;

    /// <summary>Samples per second of the audio the model hears; the same as the speech model's.</summary>
    public int SampleRate => _package.Layout.SampleRate;

    /// <summary>The length of audio for which the model gives one probability: 32 ms.</summary>
    public TimeSpan Window => TimeSpan.FromSeconds((double)_package.Layout.WindowSamples / SampleRate);

    /// <summary>SHA-256 over the manifest and the hash of the file it names, as lower-case hex: the same for the same package anywhere.</summary>
    public string ContentHash => _package.ContentHash;

    VoiceActivityLayout IVoiceActivityModel.Layout => _package.Layout;

    /// <summary>Loads the package in the folder <paramref name="path"/>, checks it and runs it once, all on a pool thread. Takes some ten milliseconds.</summary>
    /// <param name="path">The folder that holds <c>model.json</c>.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <param name="ct">Cancels between two stages; what was loaded is freed.</param>
    /// <returns>The model; dispose it when no pool needs it any more.</returns>
    /// <exception cref="SpeechModelException">The package is incomplete, damaged, of an unknown version, or its file does not fit; or the native ONNX Runtime is absent. The message names the file and the fix.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static Task<VoiceActivityModel> LoadAsync(string path, SpeechModelOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var verifyHashes = (options ?? new()).VerifyHashes;
        return Task.Run(() => Load(path, verifyHashes, ct), ct);
    }

    IVoiceActivityStep IVoiceActivityModel.CreateStep(int maxRows)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new OnnxVoiceActivityStep(_session, _package.Layout, maxRows);
    }

    /// <summary>
    /// Frees the model. Safe at any moment and more than once: what is still running with it keeps the weights alive until it ends; nothing new can begin.
    /// </summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _session.Release();
        return ValueTask.CompletedTask;
    }

    private static VoiceActivityModel Load(string path, bool verifyHashes, CancellationToken ct)
    {
        var package = VoiceActivityPackage.Read(path, verifyHashes, ct);
        var session = VoiceActivitySession.Open(package, ct);
        try
        {
            // settles the sizes that the file leaves open
            using var step = new OnnxVoiceActivityStep(session, package.Layout, maxRows: 1);
            step.Begin(1);
            step.Run();
            step.Run();
            return new VoiceActivityModel(package, session);
        }
        catch (SpeechModelException e)
        {
            session.Release();
            throw new SpeechModelException($"{e.Message} The sizes in {package.ManifestPath} do not fit this file: take both files from one package.", e.File, e);
        }
        catch
        {
            session.Release();
            throw;
        }
    }
}
