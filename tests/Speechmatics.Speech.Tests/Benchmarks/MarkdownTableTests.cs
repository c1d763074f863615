using Speechmatics.Speech.Benchmarks;

namespace Speechmatics.Speech.Tests.Benchmarks;

public sealed class MarkdownTableTests
{
    [Fact]
    public void Rows_have_the_columns_of_the_headings_and_missing_figures_are_dashes()
    {
        var writer = new StringWriter { NewLine = "\n" };
        var table = new MarkdownTable(writer, "name", "ms");
        table.Row("a|b", MarkdownTable.Cell(1.25, "0.0"));
        table.Row("c", MarkdownTable.Cell(null));
        Assert.Equal("| name | ms |\n|---|---|\n| a\\|b | 1.3 |\n| c | - |\n", writer.ToString());
        Assert.Throws<ArgumentException>(() => table.Row("too few"));
    }
}
