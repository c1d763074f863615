using System.Text.Json.Serialization;

namespace Speechmatics.Speech.Models;

/// <summary>
/// <c>model.json</c> as it is written, before any check: <see cref="ModelPackage"/> turns it into layouts. Fields this version does not know are ignored;
/// a format that older readers must refuse raises <see cref="Version"/>.
/// </summary>
internal sealed record ModelManifest
{
    /// <summary>Format of the manifest; absent means 1.</summary>
    public int? Version { get; init; }

    public string? Name { get; init; }

    public string? Language { get; init; }

    /// <summary><c>tdt</c> or <c>rnnt</c>: what <see cref="JoinerManifest.File"/> is.</summary>
    public string? Type { get; init; }

    public int? SampleRate { get; init; }

    public FeatureManifest? Features { get; init; }

    public EncoderManifest? Encoder { get; init; }

    public PredictorManifest? Predictor { get; init; }

    public JoinerManifest? Joiner { get; init; }

    public int[]? Durations { get; init; }

    public int? Blank { get; init; }

    public string? Tokens { get; init; }

    public int? MaxSymbolsPerFrame { get; init; }

    /// <summary>Optional: a compiled language model over the tokens.</summary>
    public string? LanguageModel { get; init; }

    /// <summary>Optional: size and hash of files in the package, by file name.</summary>
    public Dictionary<string, FileManifest>? Files { get; init; }
}

internal sealed record EncoderManifest
{
    public string? File { get; init; }

    public int? MelFramesPerEncoderFrame { get; init; }

    public int? MelFramesBefore { get; init; }

    public int? MelFramesAfter { get; init; }

    public int[]? ChunkEncoderFrames { get; init; }

    public int? DefaultChunkEncoderFrames { get; init; }

    public double? FrameMilliseconds { get; init; }

    public int? OutputWidth { get; init; }

    public StateManifest[]? States { get; init; }
}

internal sealed record StateManifest
{
    public string? Key { get; init; }

    public string? Value { get; init; }

    public int? RingFrames { get; init; }

    public int? FramesPerEncoderFrame { get; init; }

    public int? Heads { get; init; }

    public int? Width { get; init; }
}

internal sealed record PredictorManifest
{
    public string? File { get; init; }

    public int? ContextTokens { get; init; }
}

internal sealed record JoinerManifest
{
    public string? File { get; init; }

    public string? RnntFile { get; init; }
}

internal sealed record FileManifest
{
    public string? Sha256 { get; init; }

    public long? Bytes { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
