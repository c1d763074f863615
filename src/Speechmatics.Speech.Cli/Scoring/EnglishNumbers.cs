using System.Globalization;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>Numbers in English words, American style: no "and", no hyphens.</summary>
internal static class EnglishNumbers
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly (long Value, string Name)[] Scales =
    [
        (1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"),
    ];

    private static readonly Dictionary<string, string> IrregularOrdinals = new(StringComparer.Ordinal)
    {
        ["one"] = "first",
        ["two"] = "second",
        ["three"] = "third",
        ["five"] = "fifth",
        ["eight"] = "eighth",
        ["nine"] = "ninth",
        ["twelve"] = "twelfth",
    };

    /// <summary>Words that are, or end, a number from one to ninety nine.</summary>
    public static bool IsBelowHundred(string word) => Array.IndexOf(Small, word) > 0 || (word.Length > 0 && Array.IndexOf(Tens, word) > 0);

    public static bool IsTenToNinetyNine(string word) => Array.IndexOf(Small, word) >= 10 || (word.Length > 0 && Array.IndexOf(Tens, word) > 0);

    public static bool IsScale(string word) => Array.Exists(Scales, s => s.Name == word);

    /// <summary>Figures as a number; one by one when they begin with 0 or are more than 15, as codes and telephone numbers are read.</summary>
    public static string Cardinal(string figures) => figures.Length > 15 || (figures.Length > 1 && figures[0] == '0')
        ? OneByOne(figures)
        : Cardinal(long.Parse(figures, CultureInfo.InvariantCulture));

    public static string Cardinal(long value)
    {
        if (value < 20)
            return Small[value];
        if (value < 100)
            return value % 10 == 0 ? Tens[value / 10] : $"{Tens[value / 10]} {Small[value % 10]}";
        var scale = Array.Find(Scales, s => value >= s.Value);
        var head = $"{Cardinal(value / scale.Value)} {scale.Name}";
        return value % scale.Value == 0 ? head : $"{head} {Cardinal(value % scale.Value)}";
    }

    public static string Ordinal(string figures)
    {
        var cardinal = Cardinal(figures);
        var last = cardinal[(cardinal.LastIndexOf(' ') + 1)..];
        var ordinal = IrregularOrdinals.TryGetValue(last, out var irregular) ? irregular
            : last.EndsWith('y') ? last[..^1] + "ieth"
            : last.EndsWith('t') ? last + "h"
            : last + "th";
        return cardinal[..^last.Length] + ordinal;
    }

    /// <summary>Four figures from 1100 to 1999 and from 2010 to 2099 as years are read; others as a number.</summary>
    public static string Year(string figures)
    {
        var year = int.Parse(figures, CultureInfo.InvariantCulture);
        if (year is < 1100 or > 2099 or (>= 2000 and < 2010))
            return Cardinal(figures);
        var century = Cardinal(year / 100);
        return (year % 100) switch
        {
            0 => $"{century} hundred",
            < 10 => $"{century} oh {Cardinal(year % 100)}",
            _ => $"{century} {Cardinal(year % 100)}",
        };
    }

    public static string OneByOne(string figures) => string.Join(' ', figures.Select(f => Small[f - '0']));

    public static string Plural(string words) => words.EndsWith('y') ? words[..^1] + "ies" : words.EndsWith('x') ? words + "es" : words + "s";
}
