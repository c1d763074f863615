using Spectre.Console;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>Tables look like tables on a terminal and like Markdown in a file.</summary>
internal static class Tables
{
    /// <summary>A table with these headings; all columns but the first align right where <paramref name="figures"/> follow.</summary>
    public static Table Create(Terminal terminal, bool figures, params ReadOnlySpan<string> headings)
    {
        var table = new Table { Border = terminal.OutIsTerminal ? TableBorder.Rounded : TableBorder.Markdown };
        for (var i = 0; i < headings.Length; i++)
        {
            table.AddColumn(new TableColumn(Markup.Escape(headings[i])) { Alignment = figures && i > 0 ? Justify.Right : Justify.Left, NoWrap = true });
        }

        return table;
    }

    /// <summary>Writes the table; in a file without the blanks and empty lines that are put around it.</summary>
    public static void Write(Table table, Terminal terminal)
    {
        if (terminal.OutIsTerminal)
        {
            terminal.OutConsole.Write(table);
            return;
        }

        var text = new StringWriter();
        new Terminal { Out = text, Error = text, OpenInput = () => Stream.Null }.OutConsole.Write(table);
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            terminal.Out.WriteLine(line);
    }

    public static Table Create(Terminal terminal, params ReadOnlySpan<string> headings) => Create(terminal, figures: false, headings);
}
