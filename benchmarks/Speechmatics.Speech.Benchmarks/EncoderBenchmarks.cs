using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>One encoder step on one thread, by batch and chunk; the mel windows hold noise of speech's range (an 8-bit encoder's time does not depend on the values).</summary>
[MemoryDiagnoser]
[RealTimeFactor<EncoderBenchmarks>]
public class EncoderBenchmarks : IAudioBenchmark
{
    private SpeechModel _model = null!;
    private BenchmarkStreams _streams = null!;

    [Params(1, 2, 4, 8, 16, 32)]
    public int Batch { get; set; }

    [Params(2, 4, 8, 16)]
    public int Chunk { get; set; }

    public static double AudioSeconds(BenchmarkCase benchmarkCase)
    {
        var layout = ModelPackage.Read(BenchmarkModel.Path, verifyHashes: false, CancellationToken.None).Layout;
        return (int)benchmarkCase.Parameters[nameof(Batch)] * (int)benchmarkCase.Parameters[nameof(Chunk)] * layout.SecondsPerEncoderFrame;
    }

    [GlobalSetup]
    public async Task Setup()
    {
        _model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        _streams = new BenchmarkStreams(_model, Batch);
        _streams.Step.SetChunk(Chunk);
        var random = new Random(1);
        for (var row = 0; row < Batch; row++)
        {
            _streams.Step.SetProcessed(row, 1000);
            foreach (ref var value in _streams.Step.MelWindow(row))
                value = (float)(random.NextDouble() * -16);
        }
    }

    [Benchmark]
    public void Step() => _streams.Run(Batch);

    [GlobalCleanup]
    public async Task Cleanup()
    {
        _streams.Dispose();
        await _model.DisposeAsync();
    }
}
