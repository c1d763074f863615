using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// The sum of products of two spans in an order that depends on their length alone. TensorPrimitives.Dot promises no order, and the
/// resampler's output must not depend on where in memory its samples lie.
/// </summary>
internal static class DotProduct
{
    /// <summary>Lengths are multiples of this: four 256-bit vectors.</summary>
    public const int Multiple = 32;

    /// <summary>Both spans have one length, a multiple of <see cref="Multiple"/>.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length || a.Length % Multiple != 0) throw new ArgumentException($"Lengths {a.Length} and {b.Length}.", nameof(b));
        if (Vector256.IsHardwareAccelerated) return Dot256(a, b);
        return Vector128.IsHardwareAccelerated ? Dot128(a, b) : DotScalar(a, b);
    }

    /// <summary>The scalar twin.</summary>
    public static float DotScalar(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    // four sums at once: one alone would wait for the latency of every addition
    private static float Dot256(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        const int Width = 8;
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nuint i = 0; i < (nuint)a.Length; i += 4 * Width)
        {
            s0 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref x, i), Vector256.LoadUnsafe(ref y, i), s0);
            s1 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref x, i + Width), Vector256.LoadUnsafe(ref y, i + Width), s1);
            s2 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref x, i + (2 * Width)), Vector256.LoadUnsafe(ref y, i + (2 * Width)), s2);
            s3 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref x, i + (3 * Width)), Vector256.LoadUnsafe(ref y, i + (3 * Width)), s3);
        }

        return Vector256.Sum(s0 + s1 + (s2 + s3));
    }

    private static float Dot128(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        const int Width = 4;
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nuint i = 0; i < (nuint)a.Length; i += 4 * Width)
        {
            s0 = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref x, i), Vector128.LoadUnsafe(ref y, i), s0);
            s1 = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref x, i + Width), Vector128.LoadUnsafe(ref y, i + Width), s1);
            s2 = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref x, i + (2 * Width)), Vector128.LoadUnsafe(ref y, i + (2 * Width)), s2);
            s3 = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref x, i + (3 * Width)), Vector128.LoadUnsafe(ref y, i + (3 * Width)), s3);
        }

        return Vector128.Sum(s0 + s1 + (s2 + s3));
    }
}
