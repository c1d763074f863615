using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>Adds the column that counts to a benchmark class: seconds of audio in a second.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RealTimeFactorAttribute<T> : Attribute, IConfigSource
    where T : IAudioBenchmark
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddColumn(new Column());

    private sealed class Column : IColumn
    {
        public string Id => "RealTimeFactor";

        public string ColumnName => "x real time";

        public string Legend => "Seconds of audio in a second of time";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? (T.AudioSeconds(benchmarkCase) * 1e9 / statistics.Mean).ToString("n0", CultureInfo.InvariantCulture)
            : "-";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    }
}
