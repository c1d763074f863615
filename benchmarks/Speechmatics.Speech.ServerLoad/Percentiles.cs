namespace Speechmatics.Speech.ServerLoad;

/// <summary>Figures for a table.</summary>
internal static class Percentiles
{
    public static string Row(IReadOnlyCollection<double> milliseconds, string end = "|")
    {
        if (milliseconds.Count == 0) return $"| – | – | – | – {end}";
        var sorted = milliseconds.Order().ToArray();
        return $"| {At(50):0} | {At(95):0} | {At(99):0} | {sorted[^1]:0} {end}";

        double At(int percent) => sorted[(int)Math.Ceiling(sorted.Length * percent / 100.0) - 1];
    }
}
