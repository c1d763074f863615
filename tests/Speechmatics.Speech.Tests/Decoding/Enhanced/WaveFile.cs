using System.Buffers.Binary;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>The samples of the recordings at hand: 16 kHz mono PCM16.</summary>
internal static class WaveFile
{
    public static float[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var at = 12;
        while (!bytes.Slice(at, 4).SequenceEqual("data"u8)) at += 8 + BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4)..]);
        var data = bytes.Slice(at + 8, Math.Min(BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4)..]), bytes.Length - at - 8));
        var samples = new float[data.Length / 2];
        for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]) / 32768f;
        return samples;
    }
}
