namespace Speechmatics.Speech.Features.Simd;

/// <summary>
/// A vector of floats whose lanes never meet. The feature kernels put one frame in each lane, so they are written once, for any width,
/// and the one-lane type is their scalar twin.
/// </summary>
/// <remarks>
/// There is deliberately no fused multiply-add: every operation is an IEEE one that all processors round alike, so a frame has the same
/// bits at any width, in any lane and with any instruction set.
/// </remarks>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* source);

    static abstract void Store(float* destination, TSelf value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>Splits positive normal numbers into 2^exponent * mantissa, the mantissa in [sqrt(1/2), sqrt(2)).</summary>
    static abstract TSelf SplitExponent(TSelf value, out TSelf mantissa);
}

/// <summary>Constants of the lane types.</summary>
internal static class LaneConstants
{
    /// <summary>The bits of sqrt(1/2), where the mantissas of <see cref="ILanes{TSelf}.SplitExponent"/> begin.</summary>
    public const int HalfRootBits = 0x3F3504F3;

    public const int MantissaBits = 23;
}
