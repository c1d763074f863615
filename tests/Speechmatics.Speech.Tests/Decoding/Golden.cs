using System.Runtime.InteropServices;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>Reference outputs of an independent implementation for one clip; those of the sample clips lie in <c>TestData/golden</c>.</summary>
internal sealed record Golden(string Name, int EncoderFrames, int Width, Dictionary<string, Golden.Decoded> Decodes)
{
    public sealed record Decoded(int[] Ids, long[] Frames, int[]? Durations, double Margin);

    public static string Folder => Path.Combine(Repository.Root, "tests", "Speechmatics.Speech.Tests", "TestData", "golden");

    public static TheoryData<string> Clips => [.. Directory.GetFiles(Folder, "*.tokens.json").Select(f => Path.GetFileName(f)[..^".tokens.json".Length]).Order(StringComparer.Ordinal)];

    public static Golden Read(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".tokens.json")));
        var root = json.RootElement;
        var decodes = root.GetProperty("decodes").EnumerateObject().ToDictionary(d => d.Name, d => new Decoded(
            [.. d.Value.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32())],
            [.. d.Value.GetProperty("frames").EnumerateArray().Select(v => v.GetInt64())],
            d.Value.TryGetProperty("durations", out var durations) ? [.. durations.EnumerateArray().Select(v => v.GetInt32())] : null,
            d.Value.GetProperty("margin").GetDouble()));
        return new Golden(name, root.GetProperty("encoderFrames").GetInt32(), root.GetProperty("width").GetInt32(), decodes);
    }

    public Decoded For(TransducerHead head, int chunkFrames) => Decodes[$"{(head == TransducerHead.Tdt ? "tdt" : "rnnt")}-{chunkFrames}"];

    /// <summary>The encoder frames at chunk 8, <c>[EncoderFrames, Width]</c>.</summary>
    public float[] ReadEncoded() => ReadFloats(Path.Combine(Folder, Name + ".encoded"));

    /// <summary>The whole recording's mel frames, from the repository if they lie there.</summary>
    public float[] ReadMel()
    {
        var own = Path.Combine(Folder, Name + ".mel");
        return ReadFloats(File.Exists(own) ? own : Path.Combine(Repository.RequireShared(), "golden", Name + ".mel"));
    }

    /// <summary>Raw little-endian floats.</summary>
    public static float[] ReadFloats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    /// <summary>Compares every id, frame and duration.</summary>
    public static void AssertEqual(Decoded expected, ReadOnlySpan<EmittedToken> actual, string what)
    {
        var tokens = actual.ToArray();
        Assert.True(expected.Ids.SequenceEqual(tokens.Select(t => t.Id)), $"{what}: ids [{string.Join(", ", tokens.Select(t => t.Id))}] instead of [{string.Join(", ", expected.Ids)}]");
        Assert.True(expected.Frames.SequenceEqual(tokens.Select(t => t.StartFrame)), $"{what}: frames [{string.Join(", ", tokens.Select(t => t.StartFrame))}] instead of [{string.Join(", ", expected.Frames)}]");
        if (expected.Durations is { } durations)
            Assert.True(durations.SequenceEqual(tokens.Select(t => t.DurationFrames)), $"{what}: durations [{string.Join(", ", tokens.Select(t => t.DurationFrames))}] instead of [{string.Join(", ", durations)}]");
    }
}
