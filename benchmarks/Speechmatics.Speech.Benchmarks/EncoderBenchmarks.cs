using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>One encoder step on one thread, by batch and chunk; the mel windows hold noise of speech's range (an 8-bit encoder's time does not depend on the values).</summary>
[MemoryDiagnoser]
[Config(typeof(AudioRate))]
public class EncoderBenchmarks
{
    private SpeechModel _model = null!;
    private BenchmarkStreams _streams = null!;

    [Params(1, 2, 4, 8, 16, 32)]
    public int Batch { get; set; }

    [Params(2, 4, 8, 16)]
    public int Chunk { get; set; }

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

    /// <summary>Adds the column that counts: seconds of audio for each second of the thread.</summary>
    private sealed class AudioRate : ManualConfig
    {
        public AudioRate() => AddColumn(new AudioRateColumn());
    }

    private sealed class AudioRateColumn : IColumn
    {
        public string Id => nameof(AudioRateColumn);

        public string ColumnName => "x real time";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "seconds of audio for each second of one thread, at the manifest's frame length";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
                return "?";
            var layout = ModelPackage.Read(BenchmarkModel.Path, verifyHashes: false, CancellationToken.None).Layout;
            var seconds = (int)benchmarkCase.Parameters[nameof(Batch)] * (int)benchmarkCase.Parameters[nameof(Chunk)] * layout.SecondsPerEncoderFrame;
            return (seconds / (statistics.Mean * 1e-9)).ToString("F0", System.Globalization.CultureInfo.InvariantCulture);
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
