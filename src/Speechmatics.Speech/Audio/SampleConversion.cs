using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// Bytes to floats with full scale at ±1: integers are divided by 2^(bits-1), floats pass unchanged. Sources are little-endian; sources and
/// destinations must not overlap.
/// </summary>
internal static class SampleConversion
{
    private const float Pcm16Scale = 1f / 32768;
    private const float Pcm32Scale = 1f / 2147483648;

    public static int BytesPerSample(AudioEncoding encoding) => BytesPerSample(ToFormat(encoding));

    public static int BytesPerSample(SampleFormat format) => format switch
    {
        SampleFormat.Pcm8 or SampleFormat.MuLaw or SampleFormat.ALaw => 1,
        SampleFormat.Pcm16 => 2,
        SampleFormat.Pcm24 => 3,
        SampleFormat.Pcm32 or SampleFormat.Float32 => 4,
        SampleFormat.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a sample format."),
    };

    public static SampleFormat ToFormat(AudioEncoding encoding) => encoding switch
    {
        AudioEncoding.Pcm16 => SampleFormat.Pcm16,
        AudioEncoding.Float32 => SampleFormat.Float32,
        AudioEncoding.MuLaw => SampleFormat.MuLaw,
        AudioEncoding.ALaw => SampleFormat.ALaw,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not an audio encoding."),
    };

    /// <summary>Converts whole samples; <paramref name="destination"/> takes one float for each and may be longer.</summary>
    public static void ToFloat(ReadOnlySpan<byte> source, AudioEncoding encoding, Span<float> destination) =>
        ToFloat(source, ToFormat(encoding), destination);

    /// <inheritdoc cref="ToFloat(ReadOnlySpan{byte}, AudioEncoding, Span{float})"/>
    public static void ToFloat(ReadOnlySpan<byte> source, SampleFormat format, Span<float> destination)
    {
        var (samples, rest) = Math.DivRem(source.Length, BytesPerSample(format));
        if (rest != 0) throw new ArgumentException($"{source.Length} bytes are not a whole number of {format} samples.", nameof(source));
        ThrowIfShort(samples, destination);
        destination = destination[..samples];

        switch (format)
        {
            case SampleFormat.Pcm8:
                for (var i = 0; i < destination.Length; i++) destination[i] = (source[i] - 128) / 128f;
                break;
            case SampleFormat.Pcm16:
                Pcm16ToFloat(MemoryMarshal.Cast<byte, short>(source), destination);
                break;
            case SampleFormat.Pcm24:
                Pcm24ToFloat(source, destination);
                break;
            case SampleFormat.Pcm32:
                for (var i = 0; i < destination.Length; i++) destination[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]) * Pcm32Scale;
                break;
            case SampleFormat.Float32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case SampleFormat.Float64:
                for (var i = 0; i < destination.Length; i++) destination[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
                break;
            case SampleFormat.MuLaw:
                LookUp(source, G711.MuLaw, destination);
                break;
            case SampleFormat.ALaw:
                LookUp(source, G711.ALaw, destination);
                break;
        }
    }

    /// <summary>
    /// Converts 16-bit samples; <paramref name="destination"/> may be longer. TensorPrimitives has no vector path for this conversion.
    /// </summary>
    public static void Pcm16ToFloat(ReadOnlySpan<short> source, Span<float> destination)
    {
        ThrowIfShort(source.Length, destination);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var from = ref MemoryMarshal.GetReference(source);
            ref var to = ref MemoryMarshal.GetReference(destination);
            for (; i <= source.Length - Vector256<short>.Count; i += Vector256<short>.Count)
            {
                // 16 shorts become two vectors of 8 ints, in order
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
                (Vector256.ConvertToSingle(low) * Pcm16Scale).StoreUnsafe(ref to, (nuint)i);
                (Vector256.ConvertToSingle(high) * Pcm16Scale).StoreUnsafe(ref to, (nuint)(i + Vector256<float>.Count));
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ref var from = ref MemoryMarshal.GetReference(source);
            ref var to = ref MemoryMarshal.GetReference(destination);
            for (; i <= source.Length - Vector128<short>.Count; i += Vector128<short>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
                (Vector128.ConvertToSingle(low) * Pcm16Scale).StoreUnsafe(ref to, (nuint)i);
                (Vector128.ConvertToSingle(high) * Pcm16Scale).StoreUnsafe(ref to, (nuint)(i + Vector128<float>.Count));
            }
        }

        Pcm16ToFloatScalar(source[i..], destination[i..]);
    }

    /// <summary>The scalar twin of <see cref="Pcm16ToFloat"/>: bit-equal to it, the scale being a power of two.</summary>
    public static void Pcm16ToFloatScalar(ReadOnlySpan<short> source, Span<float> destination)
    {
        for (var i = 0; i < source.Length; i++) destination[i] = source[i] * Pcm16Scale;
    }

    /// <summary>The index of the first NaN or infinity, or -1.</summary>
    public static int IndexOfNonFinite(ReadOnlySpan<float> samples)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            // a float is not finite when all bits of its exponent are set
            var exponent = Vector256.Create(0x7F800000);
            ref var from = ref MemoryMarshal.GetReference(samples);
            for (; i <= samples.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var bits = Vector256.LoadUnsafe(ref from, (nuint)i).AsInt32() & exponent;
                if (Vector256.EqualsAny(bits, exponent)) break;
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            var exponent = Vector128.Create(0x7F800000);
            ref var from = ref MemoryMarshal.GetReference(samples);
            for (; i <= samples.Length - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                var bits = Vector128.LoadUnsafe(ref from, (nuint)i).AsInt32() & exponent;
                if (Vector128.EqualsAny(bits, exponent)) break;
            }
        }

        var rest = IndexOfNonFiniteScalar(samples[i..]);
        return rest < 0 ? -1 : i + rest;
    }

    /// <summary>The scalar twin of <see cref="IndexOfNonFinite"/>.</summary>
    public static int IndexOfNonFiniteScalar(ReadOnlySpan<float> samples)
    {
        for (var i = 0; i < samples.Length; i++)
            if (!float.IsFinite(samples[i])) return i;
        return -1;
    }

    /// <summary>
    /// Interleaved frames to one float for each frame: the chosen channel, or the sum over the channels divided by their number.
    /// <paramref name="mono"/> may be longer.
    /// </summary>
    public static void ToMono(ReadOnlySpan<float> interleaved, int channels, ChannelSelection selection, Span<float> mono)
    {
        var frames = interleaved.Length / channels;
        ThrowIfShort(frames, mono);
        mono = mono[..frames];
        if (selection.Channel is { } channel)
        {
            for (var frame = 0; frame < mono.Length; frame++) mono[frame] = interleaved[(frame * channels) + channel];
        }
        else if (channels == 2)
        {
            for (var frame = 0; frame < mono.Length; frame++) mono[frame] = (interleaved[2 * frame] + interleaved[(2 * frame) + 1]) * 0.5f;
        }
        else
        {
            for (var frame = 0; frame < mono.Length; frame++)
            {
                var sum = 0f;
                foreach (var sample in interleaved.Slice(frame * channels, channels)) sum += sample;
                mono[frame] = sum / channels;
            }
        }
    }

    private static void Pcm24ToFloat(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            // into the top 24 of 32 bits, so that the sign needs no extension; 24 bits fit a float exactly
            var at = source.Slice(3 * i, 3);
            destination[i] = ((at[0] << 8) | (at[1] << 16) | (at[2] << 24)) * Pcm32Scale;
        }
    }

    private static void LookUp(ReadOnlySpan<byte> source, ReadOnlySpan<float> table, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++) destination[i] = table[source[i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfShort(int samples, Span<float> destination)
    {
        if (destination.Length < samples) throw new ArgumentException($"{samples} samples do not fit {destination.Length} floats.", nameof(destination));
    }
}
