using System.Globalization;
using System.Net;
using System.Text;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// A small plot as one inline SVG element: lines over a left axis, an area over a right one, or bars. Colours are classes that the page's style sheet gives for light and dark; every mark carries its value as a tooltip.
/// Written here because a plotting library would bring 200 MB of native code into the tool's package.
/// </summary>
internal sealed class SvgPlot(string title, string xLabel, string yLabel)
{
    private const double Width = 860;
    private const double Height = 300;
    private const double Left = 64;
    private const double Right = 64;
    private const double Top = 40;
    private const double Bottom = 48;
    private const double WidestBar = 56;

    /// <summary>What the elements' classes look like where no page says it.</summary>
    private const string Style =
        """
        svg { --back: #ffffff; --text: #1c2430; --dim: #5b6675; --grid: #dfe3e8; --area: #c9d6ea; --band: #f0e9d8; --c0: #1f6fb4; --c1: #c77400; --c2: #b3262e; --c3: #23803f; font-family: system-ui, sans-serif; }
        @media (prefers-color-scheme: dark) { svg { --back: #14181d; --text: #e6eaf0; --dim: #9aa6b4; --grid: #333c47; --area: #2b3b55; --band: #2e2a1f; --c0: #6cb2f0; --c1: #f0a23c; --c2: #f0737a; --c3: #63c981; } }
        .back { fill: var(--back); } text { fill: var(--text); } .title { font-size: 14px; font-weight: 600; } .tick, .label { font-size: 12px; fill: var(--dim); } .grid { stroke: var(--grid); }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .limit { stroke: var(--c2); stroke-dasharray: 5 4; } .area { fill: var(--area); } .band { fill: var(--band); } .bar { fill: var(--c0); } .spot { fill: transparent; }
        .line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
        .dot.c0 { fill: var(--c0); } .dot.c1 { fill: var(--c1); } .dot.c2 { fill: var(--c2); } .dot.c3 { fill: var(--c3); }
        """;

    private readonly StringBuilder _svg = new();
    private readonly List<(string Name, string Style)> _legend = [];
    private readonly List<(string Name, int Colour, bool Dots, (double X, double Y)?[] Points)> _lines = [];
    private (string Name, string Label, (double X, double Y)[] Points)? _area;
    private (string Label, double Value)[] _bars = [];
    private (double Y, string Name)? _limit;
    private readonly List<(double X, double Y, string Text, bool Below)> _notes = [];
    private (double From, double To, string Name)? _band;

    /// <summary>Whether the left axis is logarithmic.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Whether the axes begin near the least values instead of at zero.</summary>
    public bool TightAxes { get; init; }

    /// <summary>Adds a line; it breaks where a value is missing.</summary>
    public SvgPlot Line(string name, int colour, IEnumerable<(double X, double? Y)> points, bool dots = false)
    {
        _lines.Add((name, colour, dots, [.. points.Select(p => p.Y is { } y ? (p.X, y) : ((double, double)?)null)]));
        return this;
    }

    /// <summary>Adds an area behind the lines with an axis of its own on the right.</summary>
    public SvgPlot Area(string name, string label, IEnumerable<(double X, double Y)> points)
    {
        _area = (name, label, [.. points]);
        return this;
    }

    public SvgPlot Bars(IEnumerable<(string Label, double Value)> bars)
    {
        _bars = [.. bars];
        return this;
    }

    /// <summary>Adds a horizontal line at a value that should not be passed.</summary>
    public SvgPlot Limit(double y, string name)
    {
        _limit = (y, name);
        return this;
    }

    /// <summary>Shades a part of the horizontal axis.</summary>
    public SvgPlot Band(double from, double to, string name)
    {
        _band = (from, to, name);
        return this;
    }

    /// <summary>Writes a word beside a point, above or below it.</summary>
    public SvgPlot Note(double x, double y, string text, bool below = false)
    {
        _notes.Add((x, y, text, below));
        return this;
    }

    /// <summary>The plot as a file of its own: with its colours, light and dark.</summary>
    public string RenderFile()
    {
        var svg = Render();
        var head = svg.IndexOf('>') + 1;
        return svg[..head] + $"<style>{Style}</style><rect class=\"back\" width=\"{Width}\" height=\"{Height}\"/>" + svg[head..];
    }

    /// <summary>The element, or nothing when there is no value to show.</summary>
    public string Render()
    {
        var values = _lines.SelectMany(line => line.Points).Where(p => p is not null).Select(p => p!.Value).ToArray();
        if (values.Length == 0 && _bars.Length == 0) return "";
        _svg.Clear();
        _legend.Clear();
        Write($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(title)}\" xmlns=\"http://www.w3.org/2000/svg\">");
        Write($"<text class=\"title\" x=\"{Left}\" y=\"18\">{Escape(title)}</text>");
        var highest = Math.Max(values.Length > 0 ? values.Max(p => p.Y) : _bars.Max(bar => bar.Value), _limit?.Y ?? 0);
        var lowest = TightAxes && values.Length > 0 ? values.Min(p => p.Y) : Logarithmic ? values.Where(p => p.Y > 0).Select(p => p.Y).DefaultIfEmpty(1).Min() : 0;
        var y = SvgAxis.Rounded(lowest, highest, Logarithmic);
        foreach (var tick in y.Ticks)
        {
            Write($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y, tick)}\" y2=\"{Y(y, tick)}\"/>");
            Write($"<text class=\"tick\" text-anchor=\"end\" x=\"{Left - 8}\" y=\"{Y(y, tick) + 4}\">{SvgAxis.Label(tick)}</text>");
        }

        Write($"<text class=\"label\" text-anchor=\"middle\" transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\">{Escape(yLabel)}</text>");
        Write($"<text class=\"label\" text-anchor=\"middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\">{Escape(xLabel)}</text>");
        if (_bars.Length > 0) DrawBars(y);
        else DrawLines(y, values);
        DrawLegend();
        Write($"</svg>");
        return _svg.ToString();
    }

    private void DrawLines(SvgAxis y, (double X, double Y)[] values)
    {
        var all = values.Select(p => p.X).Concat(_area?.Points.Select(p => p.X) ?? []).ToArray();
        var x = TightAxes ? SvgAxis.Rounded(all.Min(), all.Max()) : SvgAxis.Exact(Math.Min(0, all.Min()), all.Max());
        foreach (var tick in x.Ticks)
            Write($"<text class=\"tick\" text-anchor=\"middle\" x=\"{X(x, tick)}\" y=\"{Height - Bottom + 18}\">{SvgAxis.Label(tick)}</text>");
        if (_band is { } band)
        {
            Write($"<rect class=\"band\" x=\"{X(x, band.From)}\" y=\"{Top}\" width=\"{X(x, band.To) - X(x, band.From)}\" height=\"{Height - Bottom - Top}\"/>");
            _legend.Add((band.Name, "band"));
        }

        if (_area is { Points.Length: > 0 } area) DrawArea(x, area.Name, area.Label, area.Points);
        if (_limit is { } limit)
        {
            Write($"<line class=\"limit\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y, limit.Y)}\" y2=\"{Y(y, limit.Y)}\"/>");
            _legend.Add((limit.Name, "limit"));
        }

        foreach (var line in _lines)
        {
            var path = new StringBuilder();
            var isDown = false;
            foreach (var point in line.Points)
            {
                if (point is { } p) path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{X(x, p.X):0.#} {Y(y, p.Y):0.#}");
                isDown = point is not null;
            }

            Write($"<path class=\"line c{line.Colour}\" d=\"{path}\"/>");
            foreach (var point in line.Points)
            {
                if (point is { } p)
                    Write($"<circle class=\"{(line.Dots ? "dot" : "spot")} c{line.Colour}\" cx=\"{X(x, p.X)}\" cy=\"{Y(y, p.Y)}\" r=\"4\"><title>{Escape(line.Name)}: {SvgAxis.Label(p.Y)} at {SvgAxis.Label(p.X)}</title></circle>");
            }

            _legend.Add((line.Name, $"line c{line.Colour}"));
        }

        DrawNotes(x, y);
    }

    private void DrawNotes(SvgAxis x, SvgAxis y)
    {
        foreach (var (atX, atY, text, below) in _notes)
        {
            // beside the point, on the side where there is more room
            var right = x.Place(atX) < 0.7;
            Write($"<text class=\"tick\" text-anchor=\"{(right ? "start" : "end")}\" x=\"{X(x, atX) + (right ? 8 : -8)}\" y=\"{Y(y, atY) + (below ? 18 : -6)}\">{Escape(text)}</text>");
        }
    }

    private void DrawArea(SvgAxis x, string name, string label, (double X, double Y)[] points)
    {
        var right = SvgAxis.Rounded(0, points.Max(p => p.Y));
        var path = new StringBuilder();
        path.Append(CultureInfo.InvariantCulture, $"M{X(x, points[0].X):0.#} {Y(right, 0):0.#}");
        foreach (var p in points) path.Append(CultureInfo.InvariantCulture, $"L{X(x, p.X):0.#} {Y(right, p.Y):0.#}");
        path.Append(CultureInfo.InvariantCulture, $"L{X(x, points[^1].X):0.#} {Y(right, 0):0.#}Z");
        Write($"<path class=\"area\" d=\"{path}\"/>");
        foreach (var tick in right.Ticks)
            Write($"<text class=\"tick\" x=\"{Width - Right + 8}\" y=\"{Y(right, tick) + 4}\">{SvgAxis.Label(tick)}</text>");
        Write($"<text class=\"label\" text-anchor=\"middle\" transform=\"translate({Width - 14} {(Top + Height - Bottom) / 2}) rotate(90)\">{Escape(label)}</text>");
        _legend.Add((name, "area"));
    }

    private void DrawBars(SvgAxis y)
    {
        var slot = (Width - Left - Right) / _bars.Length;

        // labels that would touch are left out
        var every = Math.Max(1, (int)Math.Ceiling(34 / slot));
        for (var i = 0; i < _bars.Length; i++)
        {
            var (label, value) = _bars[i];
            var at = Left + (i * slot);
            var width = Math.Min(0.8 * slot, WidestBar);
            Write($"<rect class=\"bar\" x=\"{at + ((slot - width) / 2)}\" width=\"{width}\" y=\"{Y(y, value)}\" height=\"{Height - Bottom - Y(y, value)}\"><title>{Escape(label)}: {SvgAxis.Label(value)}</title></rect>");
            if (i % every == 0) Write($"<text class=\"tick\" text-anchor=\"middle\" x=\"{at + (slot / 2)}\" y=\"{Height - Bottom + 18}\">{Escape(label)}</text>");
        }
    }

    private void DrawLegend()
    {
        // about 6.6 pixels a letter; from the right, so that the title keeps its place
        var x = Width - Right - _legend.Sum(entry => 36 + (6.6 * entry.Name.Length));
        foreach (var (name, style) in _legend)
        {
            if (style is "area" or "band") Write($"<rect class=\"{style}\" x=\"{x}\" y=\"8\" width=\"18\" height=\"12\"/>");
            else Write($"<line class=\"{style}\" x1=\"{x}\" x2=\"{x + 18}\" y1=\"14\" y2=\"14\"/>");
            Write($"<text class=\"tick\" x=\"{x + 24}\" y=\"18\">{Escape(name)}</text>");
            x += 36 + (6.6 * name.Length);
        }
    }

    private void Write(FormattableString element) => _svg.Append(element.ToString(Rounded.Instance)).Append('\n');

    private static double X(SvgAxis axis, double value) => Left + (axis.Place(value) * (Width - Left - Right));

    private static double Y(SvgAxis axis, double value) => Height - Bottom - (axis.Place(value) * (Height - Bottom - Top));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Numbers in elements are pixels: one decimal.</summary>
    private sealed class Rounded : IFormatProvider, ICustomFormatter
    {
        public static Rounded Instance { get; } = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) =>
            arg is double number ? number.ToString("0.#", CultureInfo.InvariantCulture) : Convert.ToString(arg, CultureInfo.InvariantCulture) ?? "";
    }
}
