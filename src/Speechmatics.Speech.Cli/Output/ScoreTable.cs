using System.Globalization;
using Spectre.Console;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>Word error rates by set, the whole last.</summary>
internal static class ScoreTable
{
    public static void Write(ScoreReport report, Terminal terminal)
    {
        var table = Tables.Create(terminal, figures: true, "set", "WER %", "errors", "words", "sub", "ins", "del", "files", "with errors");
        foreach (var group in report.Sets.Append(report.All))
        {
            var counts = group.Counts;
            table.AddRow(
                Markup.Escape(group.Name), Percent(counts.Rate), Count(counts.Errors), Count(counts.ReferenceWords), Count(counts.Substitutions), Count(counts.Insertions),
                Count(counts.Deletions), Count(group.Utterances), Count(group.UtterancesWithErrors));
        }

        Tables.Write(table, terminal);
    }

    /// <summary>A rate in per cent with one decimal; "-" where there are no reference words.</summary>
    public static string Percent(double? rate) => rate is { } value ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) : "-";

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
