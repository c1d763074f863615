using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>Floats to the bytes that a caller of the given encoding would send. Not for hot paths: clips are encoded once.</summary>
internal static class SampleEncoder
{
    public static byte[] Encode(ReadOnlySpan<float> samples, AudioEncoding encoding)
    {
        var bytes = new byte[samples.Length * SampleConversion.BytesPerSample(encoding)];
        switch (encoding)
        {
            case AudioEncoding.Float32:
                MemoryMarshal.AsBytes(samples).CopyTo(bytes);
                break;
            case AudioEncoding.Pcm16:
                for (var i = 0; i < samples.Length; i++)
                    BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)Math.Clamp(MathF.Round(samples[i] * 32768), short.MinValue, short.MaxValue));
                break;
            case AudioEncoding.MuLaw:
                EncodeByTable(samples, G711.MuLaw, bytes);
                break;
            case AudioEncoding.ALaw:
                EncodeByTable(samples, G711.ALaw, bytes);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not an audio encoding.");
        }

        return bytes;
    }

    /// <summary>One sample of silence.</summary>
    public static byte[] Silence(AudioEncoding encoding) => Encode([0], encoding);

    /// <summary>The code whose decoded value is nearest.</summary>
    private static void EncodeByTable(ReadOnlySpan<float> samples, ReadOnlySpan<float> decoded, Span<byte> codes)
    {
        var byValue = decoded.ToArray().Select((value, code) => (Value: value, Code: (byte)code)).OrderBy(pair => pair.Value).ToArray();
        var values = byValue.Select(pair => pair.Value).ToArray();
        for (var i = 0; i < samples.Length; i++)
        {
            var at = Array.BinarySearch(values, samples[i]);
            if (at < 0)
            {
                at = Math.Clamp(~at, 1, values.Length - 1);
                if (samples[i] - values[at - 1] < values[at] - samples[i]) at--;
            }

            codes[i] = byValue[at].Code;
        }
    }
}
