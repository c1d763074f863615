using System.Globalization;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>A Markdown table, written row by row as the figures come.</summary>
internal sealed class MarkdownTable
{
    private readonly TextWriter _writer;
    private readonly int _columns;

    /// <summary>Writes the headings.</summary>
    public MarkdownTable(TextWriter writer, params string[] headings)
    {
        (_writer, _columns) = (writer, headings.Length);
        Write(headings);
        writer.WriteLine("|" + string.Concat(Enumerable.Repeat("---|", headings.Length)));
    }

    /// <summary>Writes a row; a cell that is null becomes a dash.</summary>
    /// <exception cref="ArgumentException">The number of cells is not that of the headings.</exception>
    public void Row(params string?[] cells)
    {
        if (cells.Length != _columns) throw new ArgumentException($"{cells.Length} cells for {_columns} columns.", nameof(cells));
        Write(cells);
    }

    /// <summary>A number as a cell; null stays null.</summary>
    public static string? Cell(double? value, string format = "0") => value?.ToString(format, CultureInfo.InvariantCulture);

    private void Write(string?[] cells)
    {
        _writer.WriteLine("| " + string.Join(" | ", cells.Select(cell => (cell ?? "-").Replace("|", "\\|", StringComparison.Ordinal))) + " |");
        _writer.Flush();
    }
}
