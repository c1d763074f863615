using System.Xml.Linq;
using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Benchmarks;

public sealed class PlotFileTests
{
    [Fact]
    public void A_plot_is_a_file_of_its_own_with_its_points_and_their_names()
    {
        var file = new SvgPlot("Errors", "ms", "%").Line("TDT", 0, [(1, 40.0), (2, 30.0)], dots: true).Note(2, 30, "beam <4>").RenderFile();
        var svg = XDocument.Parse(file).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(ns + "svg", svg.Name);
        Assert.NotNull(svg.Element(ns + "style"));
        Assert.Equal(2, svg.Elements(ns + "circle").Count());
        Assert.Contains(svg.Elements(ns + "text"), text => text.Value == "beam <4>");
        Assert.DoesNotContain("NaN", file);
    }
}
