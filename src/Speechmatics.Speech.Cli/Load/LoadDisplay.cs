using System.Globalization;
using Spectre.Console;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>The state of a run while it goes on, on standard error: a table that is redrawn on a terminal, a line every five seconds elsewhere.</summary>
internal sealed class LoadDisplay
{
    private const double SecondsBetweenLines = 5;

    private readonly Terminal _terminal;
    private readonly LiveDisplayContext? _live;
    private readonly bool _enhanced;
    private double _nextLine;

    private LoadDisplay(Terminal terminal, LiveDisplayContext? live, bool enhanced) => (_terminal, _live, _enhanced) = (terminal, live, enhanced);

    /// <summary>What is going on, above the figures.</summary>
    public string Title { get; set; } = "";

    /// <param name="terminal">Where to show it.</param>
    /// <param name="enhanced">Whether there are second passes to show.</param>
    /// <param name="work">The run.</param>
    public static async Task RunAsync(Terminal terminal, bool enhanced, Func<LoadDisplay, Task> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            await work(new LoadDisplay(terminal, null, enhanced)).ConfigureAwait(false);
            return;
        }

        await terminal.ErrorConsole.Live(new Text("")).AutoClear(true).StartAsync(live => work(new LoadDisplay(terminal, live, enhanced))).ConfigureAwait(false);
    }

    /// <summary>A new run begins: its time counts from zero again.</summary>
    public void Begin(string title)
    {
        Title = title;
        _nextLine = 0;
        if (_live is null) _terminal.Error.WriteLine(title);
        else _live.UpdateTarget(new Text(title));
    }

    public void Show(LoadSample sample)
    {
        if (_live is not null)
        {
            _live.UpdateTarget(TableOf(sample));
            return;
        }

        if (sample.Seconds < _nextLine) return;
        _nextLine = (Math.Floor(sample.Seconds / SecondsBetweenLines) + 1) * SecondsBetweenLines;
        _terminal.Error.WriteLine(LineOf(sample, _enhanced));
    }

    private static string LineOf(LoadSample s, bool enhanced) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.Seconds,6:0} s  {s.Sessions} sessions  lag p50/p95/p99 {Number(s.LagP50)}/{Number(s.LagP95)}/{Number(s.LagP99)} ms  busy {100 * s.Utilisation:0} %  chunk {Number(s.ChunkMilliseconds)} ms"
        + $"  batch {Number(s.BatchSize, "0.0")}  queue {s.Queued}  dropped {s.DroppedSeconds:0.0} s  refused {s.Refused}  WER {Number(100 * s.WordErrorRate, "0.0")} %"
        + $"  CPU {s.CpuPercent:0} %  {s.MemoryMegabytes:0} MB")
        + (enhanced ? LineOfReadings(s) : "");

    private static string LineOfReadings(LoadSample s) => string.Create(
        CultureInfo.InvariantCulture,
        $"  second pass {100 * s.ReadingUtilisation:0} %  read {s.Readings}  again {s.RepeatedReadings}  skipped {s.SkippedReadings}  wait p50/p99 {Number(s.ReadingQueueP50)}/{Number(s.ReadingQueueP99)} ms"
        + $"  batch {Number(s.ReadingBatchSize, "0.0")}  RTF {Number(s.ReadingRealTimeFactor, "0.000")}  refined {s.RefinedPartials}  stable {Number(100 * s.StablePartialShare)} %");

    private Table TableOf(LoadSample s)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false, Title = new TableTitle(Markup.Escape(Title)) };
        table.AddColumn("").AddColumn(new TableColumn("").RightAligned()).AddColumn("").AddColumn(new TableColumn("").RightAligned());
        Row("time", $"{s.Seconds:0} s", "sessions", $"{s.Sessions}");
        Row("lag p50", $"{Number(s.LagP50)} ms", "chunk", $"{Number(s.ChunkMilliseconds)} ms");
        Row("lag p95", $"{Number(s.LagP95)} ms", "batch", $"{Number(s.BatchSize, "0.0")}");
        Row("lag p99", $"{Number(s.LagP99)} ms", "queue", $"{s.Queued}");
        Row("workers busy", $"{100 * s.Utilisation:0} %", "dropped", $"{s.DroppedSeconds:0.0} s");
        Row("CPU", $"{s.CpuPercent:0} %", "refused, failed", $"{s.Refused}, {s.Failed}");
        Row("memory", $"{s.MemoryMegabytes:0} MB", "WER so far", $"{Number(100 * s.WordErrorRate, "0.0")} %");
        Row("driver late p99", $"{Number(s.DriverLatenessP99, "0.0")} ms", "waiting audio", $"{s.BacklogSeconds:0.00} s");
        if (!_enhanced) return table;
        Row("second pass busy", $"{100 * s.ReadingUtilisation:0} %", "read, again, skipped", $"{s.Readings}, {s.RepeatedReadings}, {s.SkippedReadings}");
        Row("second pass wait p99", $"{Number(s.ReadingQueueP99)} ms", "reading batch", $"{Number(s.ReadingBatchSize, "0.0")}");
        Row("second pass RTF", $"{Number(s.ReadingRealTimeFactor, "0.000")}", "waiting utterances", $"{s.QueuedReadings}");
        Row("refined partials", $"{s.RefinedPartials}", "partials with stable words", $"{Number(100 * s.StablePartialShare)} %");
        return table;

        void Row(string name, FormattableString value, string otherName, FormattableString otherValue) => table.AddRow(
            name, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)), otherName, Markup.Escape(otherValue.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Number(double? value, string format = "0") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
