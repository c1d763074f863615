namespace Speechmatics.Speech.Models;

/// <summary>How a model package is loaded.</summary>
public sealed class SpeechModelOptions
{
    /// <summary>
    /// Whether files whose SHA-256 stands in <c>model.json</c> are compared with it while loading; default true. It costs one reading of the files
    /// (some 20 ms for 20 MB). Sizes are compared always.
    /// </summary>
    public bool VerifyHashes { get; set; } = true;
}
