using System.Globalization;
using Spectre.Console;
using Speechmatics.Speech.Cli.Output;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>What is printed when a load test is over.</summary>
internal static class LoadSummary
{
    /// <summary>Pairs of what and how much; the page shows the same.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(LoadReport report)
    {
        var (result, window) = (report.Result, report.Result.Window);
        yield return ("sessions", Text($"{result.MeanSessions:0.#} on average, {result.SessionsOpened} opened, {result.Refused} refused, {result.Failures.Count} failed"));
        yield return ("audio", Text($"{window.AudioSeconds:0} s recognised in {window.Seconds - result.WindowStart:0.0} s, {result.DroppedSeconds:0.0} s dropped, {window.BacklogSeconds:0.00} s waiting for each session"));
        yield return ("lag of partials", Lag(result.PartialLag));
        yield return ("lag of finals", Lag(result.FinalLag));
        yield return ("word error rate", Text($"{Number(100 * result.Errors.Rate, "0.00")} % over {result.Errors.ReferenceWords} words in {result.Clips} clips"));
        if (report.Reference is { } reference)
        {
            yield return ("the same alone", Text($"{Number(100 * reference.Alone.Rate, "0.00")} % against {Number(100 * reference.UnderLoad.Rate, "0.00")} % under load, chunk {reference.ChunkMilliseconds:0} ms; ")
                + Text($"{reference.Identical} of {reference.Sessions} sessions came out the same to the last word and time"));
        }

        yield return ("steps", Text($"{window.Steps}, batch {Number(window.BatchSize, "0.0")}, chunk {Number(window.ChunkMilliseconds)} ms, workers busy {100 * window.Utilisation:0} %, {Number(100.0 * window.MovedChunks / Math.Max(1, window.Chunks), "0.0")} % of chunks moved"));
        if (report.Settings.IsEnhanced)
        {
            yield return ("second pass", Text($"{window.Readings} utterances read, {window.RepeatedReadings} of them again, {window.SkippedReadings} skipped; batch {Number(window.ReadingBatchSize, "0.0")}, waited p50 {Number(window.ReadingQueueP50)}, p99 {Number(window.ReadingQueueP99)} ms, real-time factor {Number(window.ReadingRealTimeFactor, "0.000")}, workers busy with it {100 * window.ReadingUtilisation:0} %"));
            yield return ("refined partials", Text($"{window.RefinedPartials} readings of unfinished utterances; {Number(100 * window.StablePartialShare)} % of partials had stable words"));
        }

        yield return ("engine share", Text($"{Number(100 * window.EngineShare, "0.0")} % of the encoder's time: steps {Number(100 * window.StepShare, "0.0")} %, taking audio in {Number(100 * window.IntakeShare, "0.0")} %; the whole process, this tool included: {Number(100 * window.ProcessShare, "0.0")} %"));
        if (report.SessionsAllowed is { } allowed)
        {
            yield return ("bare encoder", Text($"{allowed:0} sessions with {report.BaselineBefore!.Threads} threads, batch {report.BaselineBefore.BatchSize}, chunk {report.BaselineBefore.ChunkMilliseconds:0} ms ({report.BaselineBefore.Sessions:0} before, {report.BaselineAfter?.Sessions ?? 0:0} after the load)"));
            yield return ("sessions held", Text($"{report.SessionsHeld:0.#}, {100 * report.ShareOfAllowed:0.0} % of what the bare encoder allows"));
        }

        if (report.Capacity is { } capacity)
            yield return ("capacity", Text($"{capacity} sessions with lag p99 within {report.Settings.LagLimit.TotalMilliseconds:0} ms"));
        if (report.Settings.Pattern == LoadPattern.Spike)
            yield return ("spike", Text($"lag p99 {Number(result.SteadyLagP99)} ms before it; back there {Number(result.RecoverySeconds, "0.0")} s after its end"));
        if (result.Degradation is { GaveWay: false }) yield return ("gave way", "nothing: refined partials, small chunks and second passes went on through the spike");
        if (result.Degradation is { GaveWay: true } degradation)
        {
            yield return ("gave way", Text($"refined partials stopped at {Number(degradation.RefiningStopped, "0.0")} s, chunks grew at {Number(degradation.ChunksGrew, "0.0")} s, second passes skipped from {Number(degradation.FirstSkipped, "0.0")} s: {(degradation.InOrder ? "in the promised order" : "NOT in the promised order")}"));
            yield return ("came back", Text($"second passes skipped until {Number(degradation.LastSkipped, "0.0")} s, chunks back at {Number(degradation.ChunksBack, "0.0")} s, refined partials at {Number(degradation.RefiningBack, "0.0")} s"));
        }

        yield return ("processor", Text($"{window.CpuPercent:0} % this process, {Number(window.OtherCpuPercent)} % others, of {report.Processors}; load drivers {Number(window.DriverThreadsCpuPercent, "0.0")} %, of which {Number(window.DriverCpuPercent, "0.00")} % outside the sessions' writes"));
        yield return ("drivers late", Text($"p50 {Number(window.DriverLatenessP50, "0.0")} ms, p99 {Number(window.DriverLatenessP99, "0.0")} ms"));
        yield return ("memory", Text($"{window.MemoryMegabytes:0} MB, of which session state {result.StateBytes / 1e6:0} MB, managed heap {window.HeapMegabytes:0} MB; {Number(window.AllocatedBytesPerChunk)} B allocated for each chunk, events and this tool included; collections paused {window.PauseMilliseconds:0} ms"));
        yield return ("opening a session", Text($"p50 {Number(result.Opening.Milliseconds(0.5), "0.000")} ms, p99 {Number(result.Opening.Milliseconds(0.99), "0.000")} ms"));
    }

    /// <summary>The rows of a search: number of sessions and what came of it.</summary>
    public static IEnumerable<string[]> StageRows(LoadReport report) => report.Stages.Select(stage => (string[])
    [
        Text($"{stage.Sessions}"),
        Number(stage.Result.Window.LagP50),
        Number(stage.Result.Window.LagP95),
        Number(stage.Result.Window.LagP99),
        Number(stage.Result.Window.FinalLagP99),
        Text($"{100 * (stage.Result.Window.Utilisation + stage.Result.Window.ReadingUtilisation):0}"),
        Number(stage.Result.Window.ChunkMilliseconds),
        Number(stage.Result.Window.BatchSize, "0.0"),
        Number(100 * stage.Result.Window.EngineShare, "0.0"),
        Text($"{stage.Result.Window.BacklogSeconds:0.00}"),
        Number(stage.Result.Window.DriverLatenessP99, "0.0"),
        stage.Failure ?? "holds",
    ]);

    public static string[] StageHeadings { get; } =
        ["sessions", "lag p50 ms", "p95", "p99", "finals p99", "busy %", "chunk ms", "batch", "engine share %", "waiting s", "driver late p99 ms", "verdict"];

    public static void Write(LoadReport report, Terminal terminal)
    {
        if (report.Stages.Count > 0)
        {
            var stages = Tables.Create(terminal, figures: true, StageHeadings);
            foreach (var row in StageRows(report)) stages.AddRow([.. row.Select(Markup.Escape)]);
            Tables.Write(stages, terminal);
            terminal.Out.WriteLine();
        }

        var facts = Facts(report).ToArray();
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts) terminal.Out.WriteLine($"{name.PadRight(width)}  {value}");
    }

    private static string Lag(LogHistogram lag) => Text(
        $"p50 {Number(lag.Milliseconds(0.5))}, p95 {Number(lag.Milliseconds(0.95))}, p99 {Number(lag.Milliseconds(0.99))}, max {Number(lag.Milliseconds(1))} ms over {lag.Count} events");

    private static string Number(double? value, string format = "0") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
