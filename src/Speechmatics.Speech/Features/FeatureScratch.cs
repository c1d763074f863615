namespace Speechmatics.Speech.Features;

/// <summary>Each thread's scratch for feature kernels, about 100 KB: it holds nothing from call to call, so sessions need none.</summary>
internal static unsafe class FeatureScratch
{
    private const int AlignmentBytes = 64;

    [ThreadStatic]
    private static float[]? _floats;

    [ThreadStatic]
    private static float[]? _signal;

    /// <summary>Room for this many floats, on a cache line's boundary, with arbitrary finite content.</summary>
    public static float* OfThread(int floats)
    {
        const int Slack = AlignmentBytes / sizeof(float);
        if (_floats is not { } block || block.Length < floats + Slack)
            _floats = block = GC.AllocateArray<float>(floats + Slack, pinned: true);
        fixed (float* start = block)
            return (float*)(((nuint)start + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));
    }

    /// <summary>Room for this many samples, apart from <see cref="OfThread"/>, with arbitrary finite content.</summary>
    public static Span<float> SignalOfThread(int samples)
    {
        if (_signal is not { } signal || signal.Length < samples)
            _signal = signal = new float[samples];
        return signal.AsSpan(0, samples);
    }
}
