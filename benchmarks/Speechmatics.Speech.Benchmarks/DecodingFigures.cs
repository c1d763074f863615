using System.Globalization;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>One row of the decoding table.</summary>
/// <param name="Head">The head.</param>
/// <param name="Beam">Hypotheses.</param>
/// <param name="Weight">The language model's weight; 0 for none.</param>
/// <param name="Phrases">Whether the clips' phrases were listed.</param>
/// <param name="Errors">Word errors.</param>
/// <param name="RowsPerFrame">Joiner rows for each encoder frame.</param>
/// <param name="RunsPerFrame">Joiner runs for each encoder frame.</param>
/// <param name="Milliseconds">The decoder's time for each second of audio.</param>
/// <param name="Found">What was heard of the listed words.</param>
internal sealed record DecodingFigures(
    TransducerHead Head, int Beam, float Weight, bool Phrases, WordErrors Errors, double RowsPerFrame, double RunsPerFrame, double Milliseconds, string Found)
{
    public double ErrorRate => 100.0 * Errors.Errors / Errors.Words;

    private string BeamName => Beam == 1 ? "greedy" : $"beam {Beam}";

    public string?[] Cells() =>
    [
        HeadName(Head), BeamName, Weight > 0 ? Weight.ToString(CultureInfo.InvariantCulture) : null, Phrases ? "yes" : "no", MarkdownTable.Cell(ErrorRate, "0.0"), $"{Errors.Substitutions}", $"{Errors.Insertions}",
        $"{Errors.Deletions}", MarkdownTable.Cell(RowsPerFrame, "0.00"), MarkdownTable.Cell(RunsPerFrame, "0.00"), MarkdownTable.Cell(Milliseconds, "0.00"), Found,
    ];

    /// <summary>Word error rate against the whole engine's time, the encoder's included, without phrases: a line for each head, with and without language model.</summary>
    /// <param name="rows">The rows of the table.</param>
    /// <param name="encoderMilliseconds">The encoder's time for each second of audio.</param>
    public static string Plot(IEnumerable<DecodingFigures> rows, double encoderMilliseconds)
    {
        var plot = new SvgPlot("Word errors against time", "encoder and decoder on one thread, ms for each second of audio", "word error rate, %") { TightAxes = true };
        var colour = 0;
        foreach (var line in rows.Where(row => !row.Phrases).GroupBy(row => (row.Head, HasLanguage: row.Weight > 0)).OrderBy(line => line.Key))
        {
            var points = line.OrderBy(row => row.Beam).ToArray();
            plot.Line($"{HeadName(line.Key.Head)}{(line.Key.HasLanguage ? ", language model" : "")}", colour++ % 4, points.Select(row => (encoderMilliseconds + row.Milliseconds, (double?)row.ErrorRate)), dots: true);
            foreach (var row in points) plot.Note(encoderMilliseconds + row.Milliseconds, row.ErrorRate, row.BeamName);
        }

        return plot.RenderFile();
    }

    private static string HeadName(TransducerHead head) => head == TransducerHead.Tdt ? "TDT" : "RNN-T";
}
