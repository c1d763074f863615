using System.Globalization;
using Spectre.Console;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// Reference above hypothesis, word by word, in the manner of sclite: asterisks where a side has no word, and under each error S, I or D. Errors stand in capitals,
/// and in colour on a terminal. Long alignments are folded to the window.
/// </summary>
internal static class AlignmentView
{
    private static readonly (string Label, Func<AlignedWord, string> Text)[] Rows =
    [
        ("ref", w => w.Edit == WordEdit.Match ? w.Reference! : w.Reference?.ToUpperInvariant() ?? new string('*', w.Hypothesis!.Length)),
        ("hyp", w => w.Edit == WordEdit.Match ? w.Hypothesis! : w.Hypothesis?.ToUpperInvariant() ?? new string('*', w.Reference!.Length)),
        ("", w => w.Edit switch { WordEdit.Match => "", WordEdit.Substitution => "S", WordEdit.Insertion => "I", _ => "D" }),
    ];

    public static void Write(UtteranceScore score, Terminal terminal)
    {
        var console = terminal.OutConsole;
        var counts = score.Counts;
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{score.Entry.Audio}  WER {ScoreTable.Percent(counts.Rate)} %  ({counts.ReferenceWords} words: {counts.Substitutions} sub, {counts.Insertions} ins, {counts.Deletions} del)");
        WriteLine(console, [(summary, new Style(decoration: Decoration.Bold))]);

        foreach (var part in Fold(score.Alignment, terminal.Width() - "ref  ".Length))
        {
            var clean = part.TrueForAll(w => w.Edit == WordEdit.Match);
            foreach (var (label, text) in clean ? Rows[..2] : Rows)
            {
                var line = new List<(string, Style)> { ($"{label,-3} ", Style.Plain) };
                foreach (var word in part)
                    line.Add((" " + text(word).PadRight(Width(word)), StyleOf(word.Edit)));
                WriteLine(console, line);
            }
        }

        console.WriteLine();
    }

    private static int Width(AlignedWord word) => Math.Max(word.Reference?.Length ?? 0, word.Hypothesis?.Length ?? 0);

    private static IEnumerable<List<AlignedWord>> Fold(IReadOnlyList<AlignedWord> alignment, int columns)
    {
        var part = new List<AlignedWord>();
        var used = 0;
        foreach (var word in alignment)
        {
            if (part.Count > 0 && used + Width(word) + 1 > columns)
            {
                yield return part;
                part = [];
                used = 0;
            }

            part.Add(word);
            used += Width(word) + 1;
        }

        if (part.Count > 0)
            yield return part;
    }

    private static Style StyleOf(WordEdit edit) => edit switch
    {
        WordEdit.Substitution => new Style(Color.Yellow),
        WordEdit.Insertion => new Style(Color.Blue),
        WordEdit.Deletion => new Style(Color.Red),
        _ => Style.Plain,
    };

    // blanks at a line's end would only be noise in a file
    private static void WriteLine(IAnsiConsole console, List<(string Text, Style Style)> parts)
    {
        var last = parts.FindLastIndex(p => !string.IsNullOrWhiteSpace(p.Text));
        var line = new Paragraph();
        for (var i = 0; i <= last; i++)
            line.Append(i == last ? parts[i].Text.TrimEnd() : parts[i].Text, parts[i].Style);
        console.Write(line.Overflow(Overflow.Fold));
        console.WriteLine();
    }
}
