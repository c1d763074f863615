using System.Text.RegularExpressions;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// Figures in lower-case text become words: 20 twenty; 1,234 one thousand two hundred thirty four; 21st twenty first; 1990 nineteen ninety; 1990s nineteen nineties;
/// 3.14 three point one four; 5:30 five thirty; 1/2 one half; -5 minus five; $5.50 five dollars fifty cents; £3 million three million pounds; 50% fifty percent;
/// 007 zero zero seven; b12 b twelve. Also &amp; and, @ at, # before a figure number, ° degrees.
/// A number of four figures without a comma from 1100 to 2099 is taken for a year.
/// </summary>
internal static partial class WrittenNumbers
{
    private static readonly Dictionary<string, string> Fractions = new(StringComparer.Ordinal)
    {
        ["1/2"] = "one half",
        ["1/3"] = "one third",
        ["2/3"] = "two thirds",
        ["1/4"] = "one quarter",
        ["3/4"] = "three quarters",
    };

    public static string SpellOut(string text)
    {
        text = text.Replace("&", " and ", StringComparison.Ordinal).Replace("@", " at ", StringComparison.Ordinal)
            .Replace("%", " percent ", StringComparison.Ordinal).Replace("°", " degrees ", StringComparison.Ordinal);
        text = AmOrPm().Replace(text, "$1m ");
        if (!text.AsSpan().ContainsAnyInRange('0', '9'))
            return text;

        text = NumberSign().Replace(text, " number ");
        text = Minus().Replace(text, " minus ");
        text = Grouped().Replace(text, m => Apart(EnglishNumbers.Cardinal(m.Value.Replace(",", "", StringComparison.Ordinal))));
        text = Thousands().Replace(text, "");
        text = Money().Replace(text, m => Amount(m.Groups[1].Value[0], m.Groups[2].Value, m.Groups[3].Value, m.Groups[4].Value));
        text = Time().Replace(text, m => Apart(TimeOfDay(m.Groups[1].Value, m.Groups[2].Value)));
        text = Fraction().Replace(text, m => Apart(Fractions[m.Value]));
        text = Ordinal().Replace(text, m => Apart(EnglishNumbers.Ordinal(m.Groups[1].Value)));
        text = Decade().Replace(text, m => Apart(EnglishNumbers.Plural(Whole(m.Groups[1].Value))));
        text = Decimal().Replace(text, m => Apart(Point(m.Groups[1].Value, m.Groups[2].Value)));
        return Figures().Replace(text, m => Apart(Whole(m.Value)));
    }

    private static string Apart(string words) => $" {words} ";

    private static string Whole(string figures) => figures.Length == 4 && figures[0] != '0' ? EnglishNumbers.Year(figures) : EnglishNumbers.Cardinal(figures);

    private static string Point(string whole, string part) => $"{EnglishNumbers.Cardinal(whole)} point {EnglishNumbers.OneByOne(part)}";

    private static string TimeOfDay(string hour, string minute)
    {
        var spoken = EnglishNumbers.Cardinal(hour.TrimStart('0') is { Length: > 0 } h ? h : "0");
        return minute == "00" ? spoken
            : minute[0] == '0' ? $"{spoken} oh {EnglishNumbers.Cardinal(minute[1..])}"
            : $"{spoken} {EnglishNumbers.Cardinal(minute)}";
    }

    private static string Amount(char sign, string whole, string part, string scale)
    {
        var (one, many, smallOne, smallMany) = sign switch
        {
            '£' => ("pound", "pounds", "penny", "pence"),
            '€' => ("euro", "euros", "cent", "cents"),
            _ => ("dollar", "dollars", "cent", "cents"),
        };
        if (scale.Length > 0 || (part.Length > 0 && part.Length != 2))
            return Apart($"{(part.Length == 0 ? EnglishNumbers.Cardinal(whole) : Point(whole, part))} {scale} {many}");

        var spoken = $"{EnglishNumbers.Cardinal(whole)} {(whole == "1" ? one : many)}";
        if (part is "" or "00")
            return Apart(spoken);
        var small = $"{EnglishNumbers.Cardinal(part.TrimStart('0'))} {(part == "01" ? smallOne : smallMany)}";
        return Apart(whole.TrimStart('0').Length == 0 ? small : $"{spoken} {small}");
    }

    // with a comma it is no year
    [GeneratedRegex(@"(?<![0-9.,]|[$£€]\s*)[0-9]{1,3}(?:,[0-9]{3})+(?![.,]?[0-9]|st|nd|rd|th)")]
    private static partial Regex Grouped();

    [GeneratedRegex(@"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")]
    private static partial Regex Thousands();

    [GeneratedRegex(@"\b([ap])\.m\.?(?![a-z])")]
    private static partial Regex AmOrPm();

    [GeneratedRegex("#(?=[0-9])")]
    private static partial Regex NumberSign();

    [GeneratedRegex(@"(?<![\p{L}0-9.)])-(?=[$£€]?[0-9])")]
    private static partial Regex Minus();

    [GeneratedRegex(@"([$£€])\s*([0-9]+)(?:\.([0-9]+))?(?:\s*(hundred|thousand|million|billion|trillion)\b)?")]
    private static partial Regex Money();

    [GeneratedRegex(@"(?<![0-9:])([0-9]{1,2}):([0-5][0-9])(?![0-9:])")]
    private static partial Regex Time();

    [GeneratedRegex("(?<![0-9/.])(?:1/2|1/3|2/3|1/4|3/4)(?![0-9/])")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"([0-9]+)(?:st|nd|rd|th)\b")]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"(?<![0-9.])'?((?:[0-9]{2})?[0-9]0)'?s\b")]
    private static partial Regex Decade();

    [GeneratedRegex(@"(?<![0-9.])([0-9]+)\.([0-9]+)(?!\.?[0-9])")]
    private static partial Regex Decimal();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Figures();
}
