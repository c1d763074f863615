using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

/// <summary>A recording of the repository, read without the library: its WAV files have the plain 44-byte header.</summary>
internal static class Clip
{
    public const int SampleRate = 16000;

    public static string Path(string name = "librispeech-clean-004") => System.IO.Path.Combine(Repository.SampleAudio, name + ".wav");

    public static short[] Pcm16(string name = "librispeech-clean-004")
    {
        var bytes = File.ReadAllBytes(Path(name));
        Assert.True(bytes.AsSpan(36, 4).SequenceEqual("data"u8));
        return MemoryMarshal.Cast<byte, short>(bytes.AsSpan(44, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40)))).ToArray();
    }

    public static float[] Floats(string name = "librispeech-clean-004") => Array.ConvertAll(Pcm16(name), sample => sample / 32768f);

    public static async Task<float[]> ReadAllAsync(AudioReader reader, int pieceSamples = 4000)
    {
        var all = new List<float>();
        var piece = new float[pieceSamples];
        while (await reader.ReadAsync(piece) is > 0 and var count) all.AddRange(piece.AsSpan(0, count));
        Assert.Equal(0, await reader.ReadAsync(piece));
        return [.. all];
    }

    public static async Task<float[]> ReadAllAsync(AudioSource source, int pieceSamples = 4000)
    {
        await using var reader = await source.OpenAsync();
        return await ReadAllAsync(reader, pieceSamples);
    }
}
