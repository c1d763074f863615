using System.Runtime.InteropServices;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>The reference readings of <c>../shared/golden/enhanced</c>.</summary>
internal sealed record EnhancedGolden(string Name, int PaddedSeconds, int[] Ids, string Text, float MeanLogProbability, int[] AttentionPeakFrames)
{
    public static IReadOnlyList<EnhancedGolden> Load()
    {
        var folder = Path.Combine(Repository.RequireShared(), "golden", "enhanced");
        return [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)];
    }

    public float[] Audio() => WaveFile.Read(Path.Combine(Repository.SampleAudio, Name + ".wav"));

    /// <summary>The reference mel, which three of the clips have, or null.</summary>
    public float[]? Mel()
    {
        var path = Path.Combine(Repository.RequireShared(), "golden", "enhanced", Name + ".mel");
        return File.Exists(path) ? MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray() : null;
    }

    /// <summary>The mel of a whole recording with the second pass's padding.</summary>
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
