using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>Streaming log-mel on one thread: ten seconds of audio, written in pieces.</summary>
[MemoryDiagnoser]
[Config(typeof(RealTimeConfig))]
public class FeatureBenchmarks
{
    private readonly float[] _samples = Noise(RealTimeColumn.Seconds * 16000);
    private readonly float[] _frames = new float[RealTimeColumn.Seconds * 100 * 80];
    private LogMelExtractor _extractor = null!;

    /// <summary>Samples of one write: 20 ms, one encoder frame, two, eight.</summary>
    [Params(320, 1280, 2560, 10240)]
    public int PieceSamples { get; set; }

    /// <summary>Frames computed at once; 0 for this processor's default.</summary>
    [Params(0, 1, 4, 8, 16)]
    public int Lanes { get; set; }

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

    private sealed class RealTimeConfig : ManualConfig
    {
        public RealTimeConfig() => AddColumn(new RealTimeColumn());
    }

    /// <summary>How many times faster than the audio plays.</summary>
    private sealed class RealTimeColumn : IColumn
    {
        public const int Seconds = 10;

        public string Id => nameof(RealTimeColumn);

        public string ColumnName => "x real time";

        public string Legend => "Seconds of audio in a second of one thread's time";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            summary[benchmarkCase]?.ResultStatistics is { } statistics ? $"{Seconds * 1e9 / statistics.Mean:n0}" : "-";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    }
}
