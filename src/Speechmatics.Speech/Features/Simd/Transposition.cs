using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Speechmatics.Speech.Features.Simd;

/// <summary>Turns rows into columns, 4 x 4 floats at a time.</summary>
internal static unsafe class Transposition
{
    /// <summary>Writes <c>destination[c * destinationStride + r] = source[r * sourceStride + c]</c> for all r below
    /// <paramref name="rows"/> and c below <paramref name="columns"/>. Strides are in floats; the two areas do not overlap.</summary>
    /// <remarks>The destination has room for rows rounded up to a multiple of four; what lies beyond them becomes arbitrary.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride)
    {
        var blockColumns = Sse.IsSupported || AdvSimd.Arm64.IsSupported ? columns & ~3 : 0;
        for (var r = 0; r < rows; r += 4)
        {
            // where the block has fewer than four rows, its last one stands in for those missing
            var row0 = source + (r * sourceStride);
            var row1 = source + (Math.Min(r + 1, rows - 1) * sourceStride);
            var row2 = source + (Math.Min(r + 2, rows - 1) * sourceStride);
            var row3 = source + (Math.Min(r + 3, rows - 1) * sourceStride);
            var to = destination + r;
            for (var c = 0; c < blockColumns; c += 4, to += 4 * destinationStride)
                Block(row0 + c, row1 + c, row2 + c, row3 + c, to, destinationStride);

            for (var c = blockColumns; c < columns; c++, to += destinationStride)
                (to[0], to[1], to[2], to[3]) = (row0[c], row1[c], row2[c], row3[c]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* row0, float* row1, float* row2, float* row3, float* destination, nint destinationStride)
    {
        var a = Vector128.Load(row0);
        var b = Vector128.Load(row1);
        var c = Vector128.Load(row2);
        var d = Vector128.Load(row3);
        var (ac0, ac1) = (Low(a, c), High(a, c));
        var (bd0, bd1) = (Low(b, d), High(b, d));
        Low(ac0, bd0).Store(destination);
        High(ac0, bd0).Store(destination + destinationStride);
        Low(ac1, bd1).Store(destination + (2 * destinationStride));
        High(ac1, bd1).Store(destination + (3 * destinationStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
