using System.Globalization;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>A plot's scale from values to pixels, with ticks at round numbers.</summary>
internal sealed class SvgAxis
{
    private readonly bool _log;
    private readonly double _low;
    private readonly double _high;

    private SvgAxis(double low, double high, bool log, IReadOnlyList<double> ticks) => (_low, _high, _log, Ticks) = (low, high, log, ticks);

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis whose ends are ticks.</summary>
    public static SvgAxis Rounded(double low, double high, bool log = false)
    {
        if (log) return Logarithmic(low, high);
        var step = RoundStep(high - low);
        var (first, last) = (Math.Floor(low / step) * step, Math.Ceiling(high / step) * step);
        if (last <= first) last = first + step;
        return new SvgAxis(first, last, log: false, [.. TicksOf(first, last, step)]);
    }

    /// <summary>An axis that ends where the values do.</summary>
    public static SvgAxis Exact(double low, double high)
    {
        if (high <= low) high = low + 1;
        var step = RoundStep(high - low);
        return new SvgAxis(low, high, log: false, [.. TicksOf(Math.Ceiling(low / step) * step, high, step)]);
    }

    /// <summary>Where a value lies, 0 to 1; beyond the ends it is at the end.</summary>
    public double Place(double value) => _log
        ? Math.Clamp((Math.Log10(Math.Max(value, 1e-12)) - _low) / (_high - _low), 0, 1)
        : Math.Clamp((value - _low) / (_high - _low), 0, 1);

    public static string Label(double value) => Math.Abs(value) >= 10_000
        ? (value / 1000).ToString("#,0.##", CultureInfo.InvariantCulture) + "k"
        : value.ToString("0.###", CultureInfo.InvariantCulture);

    private static SvgAxis Logarithmic(double low, double high)
    {
        var positive = Math.Max(low, 1e-3);
        var (first, last) = (Math.Floor(Math.Log10(positive)), Math.Ceiling(Math.Log10(Math.Max(high, positive * 1.01))));
        var ticks = new List<double>();
        for (var power = first; power <= last; power++)
        {
            ticks.Add(Math.Pow(10, power));

            // few decades leave room for ticks between them
            if (last - first <= 3 && power < last) ticks.AddRange([2 * Math.Pow(10, power), 5 * Math.Pow(10, power)]);
        }

        return new SvgAxis(first, last, log: true, ticks);
    }

    private static double RoundStep(double range)
    {
        if (range <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / 5)));
        var rest = range / 5 / power;
        return (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10) * power;
    }

    private static IEnumerable<double> TicksOf(double first, double last, double step)
    {
        for (var i = 0; first + (i * step) <= last + (step * 1e-6); i++) yield return first + (i * step);
    }
}
