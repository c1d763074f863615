using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>One second of audio to 16 kHz, in pieces of 20 ms as a live stream brings it.</summary>
[MemoryDiagnoser]
[RealTimeFactor<ResamplerBenchmarks>]
public class ResamplerBenchmarks : IAudioBenchmark
{
    private float[] _input = [];
    private float[] _output = [];
    private StreamingResampler _resampler = new(16000, 16000);

    /// <summary>44117 stands for the rates whose filter phases are interpolated.</summary>
    [Params(8000, 22050, 44100, 48000, 192000, 44117)]
    public int FromRate { get; set; }

    public static double AudioSeconds(BenchmarkCase benchmarkCase) => 1;

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        _input = new float[FromRate];
        foreach (ref var sample in _input.AsSpan())
            sample = (random.NextSingle() * 2) - 1;
        _resampler = new StreamingResampler(FromRate, 16000);
        _output = new float[_resampler.MaxOutput(FromRate)];
    }

    [Benchmark]
    public int OneSecond()
    {
        var piece = FromRate / 50;
        var written = 0;
        for (var at = 0; at < _input.Length; at += piece)
            written += _resampler.Process(_input.AsSpan(at, Math.Min(piece, _input.Length - at)), _output.AsSpan(written));
        return written;
    }
}
