using System.Runtime.CompilerServices;

namespace Speechmatics.Speech.Features.Simd;

/// <summary>Functions over lanes that give the same bits at every width.</summary>
internal static class LaneMath
{
    /// <summary>
    /// The natural logarithm of positive normal numbers, right to about 2e-7 of max(1, |ln x|). NaN and infinity give NaN.
    /// </summary>
    /// <remarks>ln m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| below 0.1716, where five terms of the series leave 1e-9.
    /// TensorPrimitives.Log has other code, and other bits, for a vector's tail.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T value)
        where T : unmanaged, ILanes<T>
    {
        var exponent = T.SplitExponent(value, out var mantissa);
        var one = T.Broadcast(1f);
        var s = (mantissa - one) / (mantissa + one);
        var square = s * s;
        var series = (square * T.Broadcast(2f / 9f)) + T.Broadcast(2f / 7f);
        series = (series * square) + T.Broadcast(2f / 5f);
        series = (series * square) + T.Broadcast(2f / 3f);
        var logMantissa = (s + s) + (s * square * series);

        // ln 2 in two parts: the first has few enough bits that its product with an exponent is exact
        var high = exponent * T.Broadcast(0.693359375f);
        var low = exponent * T.Broadcast(-2.12194440e-4f);
        var notFinite = value - value;
        return high + (low + logMantissa) + notFinite;
    }
}
