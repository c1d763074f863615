using System.Net;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>A calibration report's reliability curve: a picture where the file's name ends in <c>.svg</c>, a page with the figures where it ends in <c>.html</c>.</summary>
internal static class CalibrationPlot
{
    private const string Style =
        """
        svg { color-scheme: light dark; width: 100%; max-width: 900px; height: auto; font-family: system-ui, sans-serif; --text: #1c2430; --dim: #5b6675; --grid: #dfe3e8; --area: #c9d6ea; --c0: #1f6fb4; --c1: #c77400; }
        @media (prefers-color-scheme: dark) { svg { --text: #e6eaf0; --dim: #9aa6b4; --grid: #333c47; --area: #2b3b55; --c0: #6cb2f0; --c1: #f0a23c; } }
        svg text { fill: var(--text); } svg .title { font-size: 14px; font-weight: 600; } svg .tick, svg .label { font-size: 12px; fill: var(--dim); }
        .grid { stroke: var(--grid); } .line { fill: none; stroke-width: 2; } .area { fill: var(--area); }
        .line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); stroke-dasharray: 5 4; } .dot.c0 { fill: var(--c0); } .dot.c1 { fill: var(--c1); } .spot { fill: transparent; }
        body { margin: 0 auto; padding: 24px; max-width: 940px; color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
        """;

    public static bool CanWrite(string path) => IsPicture(path) || path.EndsWith(".html", StringComparison.OrdinalIgnoreCase);

    public static void Write(CalibrationReport report, string confidence, string path)
    {
        var picture = new SvgPlot($"Share of right words by confidence ({confidence})", "confidence", "share of right words")
            .Area("words", "words", report.Bins.Select(bin => ((bin.From + bin.To) / 2, (double)bin.Words)))
            .Line("perfect", 1, [(0, 0), (1, 1)])
            .Line("measured", 0, report.Bins.Select(bin => (bin.Confidence, (double?)bin.Right)), dots: true)
            .Render();
        if (IsPicture(path))
        {
            var end = picture.IndexOf('>', StringComparison.Ordinal) + 1;
            File.WriteAllText(path, $"{picture[..end]}<style>{Style}</style>{picture[end..]}");
            return;
        }

        var lines = string.Concat(CalibrationTable.Lines(report, confidence).Select(line => $"<p>{WebUtility.HtmlEncode(line)}</p>\n"));
        File.WriteAllText(
            path,
            $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>Calibration</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>Calibration</h1>\n{picture}{lines}</body>\n</html>\n");
    }

    private static bool IsPicture(string path) => path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);
}
