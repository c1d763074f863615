using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Speechmatics.Speech.Tests.Features;

/// <summary>Recordings and reference frames for feature tests.</summary>
internal static class Clip
{
    public static string Golden { get; } = Path.Combine(Repository.Root, "tests", "Speechmatics.Speech.Tests", "TestData", "golden");

    /// <summary>Names of the recordings with reference frames in a folder.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(folder, "*.mel").Select(p => Path.GetFileNameWithoutExtension(p)!).Order();

    /// <summary>The samples of a 16 kHz, 16-bit, mono recording, in [-1, 1).</summary>
    public static float[] Samples(string folder, string name)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(Path.Combine(folder, name + ".wav"));
        var chunk = bytes[12..];
        while (!chunk[..4].SequenceEqual("data"u8))
            chunk = chunk[(8 + BinaryPrimitives.ReadInt32LittleEndian(chunk[4..]))..];
        var pcm = MemoryMarshal.Cast<byte, short>(chunk.Slice(8, BinaryPrimitives.ReadInt32LittleEndian(chunk[4..])));
        var samples = new float[pcm.Length];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = pcm[i] / 32768f;
        return samples;
    }

    public static float[] Frames(string folder, string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, name + ".mel"))).ToArray();

    /// <summary>Samples that are noise, the same for the same count.</summary>
    public static float[] Noise(int count)
    {
        var random = new Random(count);
        var samples = new float[count];
        foreach (ref var sample in samples.AsSpan())
            sample = ((float)random.NextDouble() - 0.5f) * 0.8f;
        return samples;
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"value {i}: expected {expected[i]}, got {actual[i]}");
    }
}
