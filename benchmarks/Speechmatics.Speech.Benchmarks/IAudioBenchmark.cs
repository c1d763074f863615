using BenchmarkDotNet.Running;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>A benchmark whose operations each take some audio.</summary>
internal interface IAudioBenchmark
{
    /// <summary>Seconds of audio that one operation of the case takes, in all rows and sessions together.</summary>
    static abstract double AudioSeconds(BenchmarkCase benchmarkCase);
}
