using System.Text.Json.Serialization;

namespace Speechmatics.Speech.Models;

/// <summary><c>model.json</c> of a voice activity package as it is written, before any check: <see cref="VoiceActivityPackage"/> judges it. Unknown fields are ignored.</summary>
internal sealed record VoiceActivityManifest
{
    public string? Name { get; init; }

    /// <summary><c>voice-activity</c>.</summary>
    public string? Type { get; init; }

    public int? SampleRate { get; init; }

    public string? File { get; init; }

    public int? WindowSamples { get; init; }

    public int? ContextSamples { get; init; }

    public VoiceActivityStateManifest? State { get; init; }

    /// <summary>Optional: size and hash of files in the package, by file name.</summary>
    public Dictionary<string, FileManifest>? Files { get; init; }
}

internal sealed record VoiceActivityStateManifest
{
    public int? Layers { get; init; }

    public int? Width { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VoiceActivityManifest))]
internal sealed partial class VoiceActivityManifestJson : JsonSerializerContext;
