using System.Globalization;
using System.Net;
using System.Text;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>A load report as one page that needs nothing else: figures, plots as inline SVG, light and dark.</summary>
internal static class LoadReportHtml
{
    private const string Style =
        """
        :root { color-scheme: light dark; --back: #ffffff; --card: #f5f6f8; --text: #1c2430; --dim: #5b6675; --grid: #dfe3e8; --area: #c9d6ea; --band: #f0e9d8;
          --c0: #1f6fb4; --c1: #c77400; --c2: #b3262e; --c3: #23803f; }
        @media (prefers-color-scheme: dark) { :root { --back: #14181d; --card: #1d232b; --text: #e6eaf0; --dim: #9aa6b4; --grid: #333c47; --area: #2b3b55; --band: #2e2a1f;
          --c0: #6cb2f0; --c1: #f0a23c; --c2: #f0737a; --c3: #63c981; } }
        body { margin: 0 auto; padding: 24px; max-width: 960px; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 32px 0 8px; } p { margin: 4px 0 16px; color: var(--dim); }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 12px; margin: 20px 0; }
        .card { background: var(--card); border-radius: 8px; padding: 12px 14px; } .card b { display: block; font-size: 24px; font-weight: 600; } .card span { color: var(--dim); font-size: 13px; }
        .bad b { color: var(--c2); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--grid); vertical-align: top; } th { font-weight: 600; }
        .facts th { white-space: nowrap; width: 1%; padding-right: 24px; font-weight: 500; color: var(--dim); }
        .figures td, .figures th { text-align: right; } .figures td:last-child, .figures th:last-child { text-align: left; padding-left: 12px; }
        svg { width: 100%; height: auto; background: var(--card); border-radius: 8px; margin: 8px 0; font-family: system-ui, sans-serif; }
        svg text { fill: var(--text); } svg .title { font-size: 14px; font-weight: 600; } svg .tick, svg .label { font-size: 12px; fill: var(--dim); }
        .grid { stroke: var(--grid); } .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .limit { stroke: var(--c2); stroke-dasharray: 5 4; } .area { fill: var(--area); } .band { fill: var(--band); } .bar { fill: var(--c0); }
        .line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
        .dot.c0 { fill: var(--c0); } .dot.c1 { fill: var(--c1); } .dot.c2 { fill: var(--c2); } .dot.c3 { fill: var(--c3); }
        .spot { fill: transparent; } .spot:hover { fill: var(--text); }
        """;

    public static string Write(LoadReport report)
    {
        var settings = report.Settings;
        var page = new StringBuilder();
        var title = report.Capacity is null ? "Load test" : "Capacity test";
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>")
            .Append(title).Append(": ").Append(Escape(report.ModelName)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>").Append(title).Append("</h1>\n");
        page.Append("<p>").Append(Escape(Describe(report))).Append("</p>\n");
        Cards(page, report);
        if (report.Stages.Count > 0) Stages(page, report);
        page.Append("<h2>").Append(report.Capacity is null ? "Over time" : "Over time, at the capacity").Append("</h2>\n");
        foreach (var plot in TimePlots(report)) page.Append(plot.Render());
        page.Append("<h2>Steps of the model</h2>\n");
        foreach (var plot in StepPlots(report)) page.Append(plot.Render());
        page.Append("<h2>All figures</h2>\n<table class=\"facts\">\n");
        foreach (var (name, value) in LoadSummary.Facts(report)) Row(page, name, value);
        Row(page, "machine", $"{report.Processor}, {report.Processors} processors, {report.OperatingSystem}, {report.Framework}, {(report.ServerGarbageCollection ? "server" : "workstation")} garbage collection");
        Row(page, "model", $"{report.ModelName}, {report.ModelHash}");
        if (report.EnhancedModelName is not null) Row(page, "second pass's model", $"{report.EnhancedModelName}, {report.EnhancedModelHash}");
        Row(page, "audio", Text($"{settings.SampleRate} Hz {settings.Encoding}, packets of {settings.PacketMilliseconds} ms, {settings.RealTimeFactor:0.##} x the speed of speech, seed {settings.Seed}"));
        page.Append("</table>\n<p>Lag is the wall time from the arrival of the last sample that an event needed to the moment its reader had it in hand; it does not contain the chunk. ")
            .Append("The figures leave out the warm-up. A packet that the load generator wrote late is counted under “drivers late”.</p>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static string Describe(LoadReport report)
    {
        var settings = report.Settings;
        var what = report.Capacity is not null
            ? Text($"Stages of {settings.StageDuration.TotalSeconds:0.#} s with more and more sessions")
            : settings.Pattern switch
            {
                LoadPattern.Ramp => Text($"Up to {settings.Sessions} sessions, one after another, in {settings.Duration.TotalSeconds:0.#} s"),
                LoadPattern.Spike => Text($"{settings.Sessions} sessions for {settings.Duration.TotalSeconds:0.#} s with a spike to {settings.SpikeSessions} for {settings.SpikeDuration.TotalSeconds:0.#} s"),
                _ => Text($"{settings.Sessions} sessions for {settings.Duration.TotalSeconds:0.#} s"),
            };
        return what + Text($", {settings.WorkerCount} workers, {(settings.IsEnhanced ? settings.RefinePartials ? "enhanced" : "enhanced without refined partials" : "standard")}, ") + (settings.Chunk is { } chunk ? Text($"chunk {chunk.TotalMilliseconds:0} ms") : "elastic chunks") + Text($", {report.Processor}.");
    }

    private static void Cards(StringBuilder page, LoadReport report)
    {
        var (result, window) = (report.Result, report.Result.Window);
        page.Append("<div class=\"cards\">\n");
        if (report.Capacity is { } capacity) Card(Text($"{capacity}"), Text($"sessions with lag p99 within {report.Settings.LagLimit.TotalMilliseconds:0} ms"), capacity == 0);
        else Card(Text($"{result.MeanSessions:0.#}"), "sessions on average");
        if (report.ShareOfAllowed is { } share) Card(Text($"{100 * share:0.0} %"), "of what the bare encoder allows");
        Card(Number(window.LagP50) + " / " + Number(window.LagP99), "lag p50 / p99, ms");
        Card(Number(100 * window.EngineShare, "0.0") + " %", "engine share of the encoder's time");
        Card(Number(100 * result.Errors.Rate, "0.0") + " %", report.Reference is { } reference ? Text($"word error rate; alone {100 * reference.Alone.Rate:0.0} %") : "word error rate");
        Card(Text($"{result.DroppedSeconds:0.0} s"), "audio dropped", result.DroppedSeconds > 0);
        Card(Text($"{result.Failures.Count} / {result.Refused}"), "sessions failed / refused", result.Failures.Count > 0);
        page.Append("</div>\n");

        void Card(string value, string name, bool bad = false) =>
            page.Append(bad ? "<div class=\"card bad\"><b>" : "<div class=\"card\"><b>").Append(Escape(value)).Append("</b><span>").Append(Escape(name)).Append("</span></div>\n");
    }

    private static void Stages(StringBuilder page, LoadReport report)
    {
        page.Append("<h2>Lag against sessions</h2>\n");
        var stages = report.Stages;
        page.Append(new SvgPlot("Lag by number of sessions", "sessions", "lag, ms") { Logarithmic = true }
            .Limit(report.Settings.LagLimit.TotalMilliseconds, "limit")
            .Line("p50", 0, stages.Select(s => ((double)s.Sessions, s.Result.Window.LagP50)), dots: true)
            .Line("p95", 1, stages.Select(s => ((double)s.Sessions, s.Result.Window.LagP95)), dots: true)
            .Line("p99", 2, stages.Select(s => ((double)s.Sessions, s.Result.Window.LagP99)), dots: true)
            .Render());
        page.Append("<div class=\"wide\"><table class=\"figures\">\n<tr>");
        foreach (var heading in LoadSummary.StageHeadings) page.Append("<th>").Append(Escape(heading)).Append("</th>");
        page.Append("</tr>\n");
        foreach (var row in LoadSummary.StageRows(report))
        {
            page.Append("<tr>");
            foreach (var cell in row) page.Append("<td>").Append(Escape(cell)).Append("</td>");
            page.Append("</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static IEnumerable<SvgPlot> TimePlots(LoadReport report)
    {
        var result = report.Result;
        var samples = result.Samples;
        yield return New("Lag and sessions", "lag, ms", log: true)
            .Area("sessions", "sessions", samples.Select(s => (s.Seconds, (double)s.Sessions)))
            .Line("p50", 0, Of(s => s.LagP50))
            .Line("p95", 1, Of(s => s.LagP95))
            .Line("p99", 2, Of(s => s.LagP99));
        if (report.Settings.IsEnhanced)
        {
            // one plot, one time axis: what gives way first, second, last
            var mostRefined = Math.Max(1, samples.Max(s => s.RefinedPartials));
            var largestChunk = samples.Max(s => s.ChunkMilliseconds) ?? 1;
            var order = new SvgPlot("Order of degradation", "time, s", "% of the highest")
                .Area("sessions", "sessions", samples.Select(s => (s.Seconds, (double)s.Sessions)))
                .Line("refined partials", 0, Of(s => 100.0 * s.RefinedPartials / mostRefined))
                .Line("chunk", 3, Of(s => 100 * s.ChunkMilliseconds / largestChunk))
                .Line("second passes skipped, % of utterances", 2, Of(s => s.SkippedReadings == 0 ? 0 : 100.0 * s.SkippedReadings / (s.SkippedReadings + s.Readings)));
            if (report.Settings.Pattern == LoadPattern.Spike) order.Band(LoadSchedule.SpikeStart(report.Settings).TotalSeconds, LoadSchedule.SpikeEnd(report.Settings).TotalSeconds, "spike");
            yield return order;
            yield return New("Second pass", "utterances")
                .Line("read", 3, Of(s => s.Readings))
                .Line("read again", 1, Of(s => s.RepeatedReadings))
                .Line("skipped", 2, Of(s => s.SkippedReadings))
                .Line("waiting", 0, Of(s => s.QueuedReadings));
            yield return New("Waiting for the second pass, and finals", "ms", log: true)
                .Line("wait p50", 0, Of(s => s.ReadingQueueP50))
                .Line("wait p99", 1, Of(s => s.ReadingQueueP99))
                .Line("lag of finals p99", 2, Of(s => s.FinalLagP99));
            yield return New("Reading batch and real-time factor", "real-time factor")
                .Area("batch (mean)", "utterances read together", samples.Select(s => (s.Seconds, s.ReadingBatchSize ?? 0)))
                .Line("real-time factor", 1, Of(s => s.ReadingRealTimeFactor));
        }

        var utilisation = New("Utilisation", "%")
            .Line("workers busy", 0, Of(s => 100 * s.Utilisation))
            .Line("CPU, this process", 1, Of(s => s.CpuPercent))
            .Line("CPU, others", 2, Of(s => s.OtherCpuPercent));
        yield return report.Settings.IsEnhanced ? utilisation.Line("second pass", 3, Of(s => 100 * s.ReadingUtilisation)) : utilisation;
        yield return New("Chunk and batch", "chunk, ms")
            .Area("batch (mean)", "sessions in a step", samples.Select(s => (s.Seconds, s.BatchSize ?? 0)))
            .Line("chunk (mean)", 3, Of(s => s.ChunkMilliseconds));
        yield return New("Audio waiting, the mean over sessions", "s").Line("waiting", 0, Of(s => s.BacklogSeconds));
        yield return New("Memory", "MB").Line("process", 0, Of(s => s.MemoryMegabytes)).Line("managed heap", 1, Of(s => s.HeapMegabytes));
        yield return New("Lateness of the load generator", "ms").Line("p50", 0, Of(s => s.DriverLatenessP50)).Line("p99", 2, Of(s => s.DriverLatenessP99));

        SvgPlot New(string title, string label, bool log = false) => new SvgPlot(title, "time, s", label) { Logarithmic = log }.Band(0, result.WindowStart, "warm-up");
        IEnumerable<(double X, double? Y)> Of(Func<LoadSample, double?> value) => samples.Select(s => (s.Seconds, value(s)));
    }

    private static IEnumerable<SvgPlot> StepPlots(LoadReport report)
    {
        var steps = report.Result.Steps;
        var total = Math.Max(1, steps.Batches.Values.Sum());
        var sizes = steps.Batches.Count == 0 ? [] : Enumerable.Range(1, steps.Batches.Keys.Max());
        yield return new SvgPlot("Batch sizes", "sessions in a step", "% of steps")
            .Bars(sizes.Select(size => (Text($"{size}"), 100.0 * steps.Batches.GetValueOrDefault(size) / total)));
        yield return new SvgPlot("Chunks", "audio of a chunk, ms", "% of steps")
            .Bars(steps.ChunkMilliseconds.Select(chunk => (Text($"{chunk.Key:0.#}"), 100.0 * chunk.Value / total)));
    }

    private static void Row(StringBuilder page, string name, string value) =>
        page.Append("<tr><th>").Append(Escape(name)).Append("</th><td>").Append(Escape(value)).Append("</td></tr>\n");

    private static string Number(double? value, string format = "0") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
