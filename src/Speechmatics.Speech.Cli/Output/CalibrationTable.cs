using System.Globalization;
using Spectre.Console;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>A calibration report as a table and a few lines.</summary>
internal static class CalibrationTable
{
    public static void Write(CalibrationReport report, string confidence, Terminal terminal)
    {
        var table = Tables.Create(terminal, figures: true, "confidence", "words", "mean", "right", "right - mean");
        foreach (var bin in report.Bins)
            table.AddRow(Text($"{bin.From:0.0} to {bin.To:0.0}"), Text($"{bin.Words}"), Text($"{bin.Confidence:0.000}"), Text($"{bin.Right:0.000}"), Text($"{bin.Right - bin.Confidence:+0.000;-0.000}"));
        table.AddRow("all", Text($"{report.Words.Count}"), Text($"{report.MeanConfidence:0.000}"), Text($"{report.Right:0.000}"), Text($"{report.Right - report.MeanConfidence:+0.000;-0.000}"));
        terminal.Out.WriteLine();
        Tables.Write(table, terminal);
        foreach (var line in Lines(report, confidence))
            terminal.Out.WriteLine(line);
    }

    public static IEnumerable<string> Lines(CalibrationReport report, string confidence)
    {
        yield return Text($"confidence: {confidence}");
        yield return Text($"expected calibration error {report.ExpectedError:0.000}, normalised cross entropy {Number(report.NormalisedCrossEntropy)}, area under the curve {Number(report.AreaUnderCurve)}");
        yield return report.Mapping is { } mapping
            ? Text($"1 / (1 + exp(-({mapping.Map.A:0.00} {Signed(mapping.Map.B)} ln(c / (1 - c))))), fitted on every other recording, takes the error on the others ({mapping.Words} words) from {mapping.ErrorBefore:0.000} to {mapping.ErrorAfter:0.000}")
            : "too few right or wrong words to fit a map";
    }

    private static string Signed(double value) => Text($"{(value < 0 ? '-' : '+')} {Math.Abs(value):0.00}");

    private static string Number(double? value) => value is { } number ? Text($"{number:0.000}") : "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
