namespace Speechmatics.Speech.Features;

/// <summary>Each thread's scratch for feature kernels, about 60 KB: it holds nothing from call to call, so sessions need none of their own.</summary>
internal static unsafe class FeatureScratch
{
    private const int AlignmentBytes = 64;

    [ThreadStatic]
    private static float[]? t_floats;

    [ThreadStatic]
    private static float[]? t_signal;

    /// <summary>Room for this many floats, on a cache line's boundary, with arbitrary finite content.</summary>
    public static float* OfThread(int floats)
    {
        const int Slack = AlignmentBytes / sizeof(float);
        if (t_floats is not { } block || block.Length < floats + Slack)
            t_floats = block = GC.AllocateArray<float>(floats + Slack, pinned: true);
        fixed (float* start = block) return (float*)(((nuint)start + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));
    }

    /// <summary>Room for this many samples, apart from <see cref="OfThread"/>, with arbitrary finite content.</summary>
    public static Span<float> SignalOfThread(int samples)
    {
        if (t_signal is not { } signal || signal.Length < samples) t_signal = signal = new float[samples];
        return signal.AsSpan(0, samples);
    }
}
