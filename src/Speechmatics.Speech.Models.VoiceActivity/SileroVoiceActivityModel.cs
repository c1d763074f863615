namespace Speechmatics.Speech.Models.VoiceActivity;

/// <summary>Where the voice activity model lies once this package is referenced.</summary>
public static class SileroVoiceActivityModel
{
    /// <summary>The model's folder, an absolute path: <c>models/silero-vad</c> beside the application, after a build as after a publish.</summary>
    /// <remarks>
    /// A single-file application keeps the folder beside its executable, unless it is published with <c>IncludeAllContentForSelfExtract</c>: then the
    /// folder is unpacked with everything else, and this is where it was unpacked to. The path is not checked: loading the model reports what is missing.
    /// </remarks>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "silero-vad");
}
