using System.Text.Json.Serialization;

namespace Speechmatics.Speech.Models;

/// <summary><c>model.json</c> of an attention package as it is written, before any check: <see cref="AttentionPackage"/> judges it. Unknown fields are ignored.</summary>
internal sealed record AttentionManifest
{
    public string? Name { get; init; }

    public string? Language { get; init; }

    /// <summary><c>attention</c>.</summary>
    public string? Type { get; init; }

    public int? SampleRate { get; init; }

    public WhisperFeatureManifest? Features { get; init; }

    public AttentionEncoderManifest? Encoder { get; init; }

    public AttentionDecoderManifest? Decoder { get; init; }

    public string? Tokens { get; init; }

    public int? Vocabulary { get; init; }

    public int[]? Prompt { get; init; }

    public int? EndOfText { get; init; }

    public int? NoSpeech { get; init; }

    public int[]? Suppress { get; init; }

    public int[]? SuppressFirst { get; init; }

    /// <summary>Optional: size and hash of files in the package, by file name.</summary>
    public Dictionary<string, FileManifest>? Files { get; init; }
}

internal sealed record AttentionEncoderManifest
{
    public string? File { get; init; }

    public int? FramesPerSecond { get; init; }

    public int? MaxSeconds { get; init; }
}

internal sealed record AttentionDecoderManifest
{
    public string? File { get; init; }

    public int? Layers { get; init; }

    public int? Heads { get; init; }

    public int? Width { get; init; }

    public int? ContextTokens { get; init; }

    public int? AlignmentHeads { get; init; }
}

/// <summary>The <c>features</c> section: Whisper's log-mel. The library computes this one kind only, so every value must be the one it computes with.</summary>
internal sealed record WhisperFeatureManifest
{
    public string? Kind { get; init; }

    public int? Bins { get; init; }

    public int? HopSamples { get; init; }

    public int? WindowSamples { get; init; }

    public int? FftSamples { get; init; }

    public string? Window { get; init; }

    public string? MelScale { get; init; }

    public double? LowHz { get; init; }

    public double? HighHz { get; init; }

    public string? Log { get; init; }

    public double? Floor { get; init; }

    public double? DynamicRange { get; init; }

    public double? Offset { get; init; }

    public double? Divisor { get; init; }

    public string? Padding { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AttentionManifest))]
internal sealed partial class AttentionManifestJson : JsonSerializerContext;
