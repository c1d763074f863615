using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>Streaming log-mel on one thread: ten seconds of audio, written in pieces.</summary>
[MemoryDiagnoser]
[RealTimeFactor<FeatureBenchmarks>]
public class FeatureBenchmarks : IAudioBenchmark
{
    private const int Seconds = 10;
    private readonly float[] _samples = Noise(Seconds * 16000);
    private readonly float[] _frames = new float[Seconds * 100 * 80];
    private LogMelExtractor _extractor = null!;

    /// <summary>Samples of one write: 20 ms, one encoder frame, two, eight.</summary>
    [Params(320, 1280, 2560, 10240)]
    public int PieceSamples { get; set; }

    /// <summary>Frames computed at once; 0 for this processor's default.</summary>
    [Params(0, 1, 4, 8, 16)]
    public int Lanes { get; set; }

    public static double AudioSeconds(BenchmarkCase benchmarkCase) => Seconds;

    [GlobalSetup]
    public void Setup() => _extractor = new LogMelExtractor(Lanes switch
    {
        0 => new LogMelTables(new LogMelOptions()),
        1 => Tables<Lanes1>(),
        4 => Tables<Lanes4>(),
        8 => Tables<Lanes8>(),
        _ => Tables<Lanes16>(),
    });

    [Benchmark]
    public long LogMel()
    {
        for (var at = 0; at < _samples.Length; at += PieceSamples)
            _extractor.Process(_samples.AsSpan(at, Math.Min(PieceSamples, _samples.Length - at)), _frames);
        return _extractor.FramesProduced;
    }

    private static LogMelTables Tables<T>()
        where T : unmanaged, ILanes<T> => new(new LogMelOptions(), (f, m, c) => new MelKernel<T>(f, m, c));

    private static float[] Noise(int count)
    {
        var random = new Random(1);
        var samples = new float[count];
        foreach (ref var sample in samples.AsSpan())
            sample = (float)random.NextDouble() - 0.5f;
        return samples;
    }
}
