using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Hosting;

/// <summary>How the engine of an application works. Bound from the configuration section <c>Speech</c>, then changed by the delegate given to <c>AddSpeech</c>. Read once, at start-up.</summary>
public sealed class SpeechEngineOptions
{
    /// <summary>The configuration section that is bound.</summary>
    public const string Section = "Speech";

    private const string UsualEnhancedModelPath = "models/en-enhanced";
    private const string UsualVoiceActivityModelPath = "models/silero-vad";

    /// <summary>The model package's folder. A relative path counts from the application's folder.</summary>
    /// <value>Default <c>models/en-standard</c>, where the package Speechmatics.Speech.Models.English puts the English model.</value>
    public string ModelPath { get; set; } = "models/en-standard";

    /// <summary>The folder of the second pass's model package, which sessions of the enhanced operating point need. A relative path counts from the application's folder.</summary>
    /// <value>
    /// Null (default) takes <c>models/en-enhanced</c>, where the package Speechmatics.Speech.Models.English.Enhanced puts the model, when the application has that folder, and else none. Empty is none even then. Any other
    /// folder must be there.
    /// </value>
    public string? EnhancedModelPath { get; set; }

    /// <summary>The folder of the voice activity model's package, which sessions that want to hear where somebody speaks need. A relative path counts from the application's folder.</summary>
    /// <value>
    /// Null (default) takes <c>models/silero-vad</c>, where the package Speechmatics.Speech.Models.VoiceActivity puts the model, when the application has that folder, and else none. Empty is none even then. Any other
    /// folder must be there. Sessions that do not ask for it pay nothing.
    /// </value>
    public string? VoiceActivityModelPath { get; set; }

    /// <summary>Whether the models' files are compared with their SHA-256 while loading.</summary>
    /// <value>Default true: some 20 ms for 20 MB.</value>
    public bool VerifyHashes { get; set; } = true;

    /// <inheritdoc cref="SessionPoolOptions.MaxSessions"/>
    public int? MaxSessions { get; set; }

    /// <inheritdoc cref="SessionPoolOptions.AdmissionTimeout"/>
    public TimeSpan AdmissionTimeout { get; set; } = TimeSpan.Zero;

    /// <inheritdoc cref="SessionPoolOptions.Workers"/>
    public int? Workers { get; set; }

    /// <inheritdoc cref="SessionPoolOptions.MaxBatch"/>
    public int? MaxBatch { get; set; }

    /// <summary>
    /// How long the application's end waits for open sessions to end by themselves. New sessions are told that the engine is not ready from the moment the end is asked for; those still open after this time
    /// are closed. The host's shutdown timeout is raised to this time and 10 s where it is shorter.
    /// </summary>
    /// <value>Zero or more; default 30 s.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether recognised words may be written to the log, at level Trace. What people said is then in every log sink of the application: leave it off unless all of them may hold it.
    /// </summary>
    /// <value>Default false.</value>
    public bool LogTranscripts { get; set; }

    /// <summary>The full path of the second pass's model, or null for none.</summary>
    internal string? EnhancedFolder() => Folder(EnhancedModelPath, UsualEnhancedModelPath);

    /// <summary>The full path of the voice activity model, or null for none.</summary>
    internal string? VoiceActivityFolder() => Folder(VoiceActivityModelPath, UsualVoiceActivityModelPath);

    internal SessionPoolOptions Pool(VoiceActivityModel? voiceActivity) =>
        new() { MaxSessions = MaxSessions, AdmissionTimeout = AdmissionTimeout, Workers = Workers, MaxBatch = MaxBatch, VoiceActivityModel = voiceActivity };

    private static string? Folder(string? setting, string usual)
    {
        if (setting is not null) return setting.Length == 0 ? null : Path.GetFullPath(setting, AppContext.BaseDirectory);
        var beside = Path.Combine(AppContext.BaseDirectory, usual);
        return Directory.Exists(beside) ? beside : null;
    }
}
