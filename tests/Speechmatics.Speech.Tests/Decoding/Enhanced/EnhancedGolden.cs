using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>Reference readings of an independent implementation; they lie in <c>TestData/golden/enhanced</c>, all of them of sample clips.</summary>
internal sealed record EnhancedGolden(string Name, int PaddedSeconds, int[] Ids, string Text, float MeanLogProbability, int[] AttentionPeakFrames)
{
    private static string Own => Path.Combine(Golden.Folder, "enhanced");

    /// <summary>The references in the repository.</summary>
    public static IReadOnlyList<EnhancedGolden> Load() => [.. Directory.GetFiles(Own, "*.json").Order(StringComparer.Ordinal).Select(Read)];

    public static EnhancedGolden Named(string name) => Read(Path.Combine(Own, name + ".json"));

    public float[] Audio() => WaveFile.Read(Path.Combine(Repository.SampleAudio, Name + ".wav"));

    /// <summary>The reference mel, which a few of the clips have, or null.</summary>
    public float[]? Mel()
    {
        foreach (var folder in (ReadOnlySpan<string?>)[Own, Repository.Shared is { } shared ? Path.Combine(shared, "golden", "enhanced") : null])
            if (folder is not null && Path.Combine(folder, Name + ".mel") is var path && File.Exists(path)) return Golden.ReadFloats(path);
        return null;
    }

    /// <summary>The mel of the whole recording, as the library computes it.</summary>
    public float[] ComputeMel() => MelOf(Audio());

    /// <summary>The mel of a recording with the second pass's padding.</summary>
    public static float[] MelOf(float[] audio)
    {
        var padded = SecondPassReader.PaddedSamples(audio.Length);
        var mel = new float[WhisperMelExtractor.Frames(padded) * 80];
        new WhisperMelExtractor(new WhisperMelOptions()).Compute(audio, padded, mel);
        return mel;
    }

    private static EnhancedGolden Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = json.RootElement;
        return new(
            Path.GetFileNameWithoutExtension(path),
            root.GetProperty("paddedSeconds").GetInt32(),
            root.GetProperty("ids").Deserialize<int[]>()!,
            root.GetProperty("text").GetString()!,
            root.GetProperty("meanLogProbability").GetSingle(),
            root.GetProperty("attentionPeakFrames").Deserialize<int[]>()!);
    }
}
