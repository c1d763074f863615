using System.Globalization;

namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Reads English number words.</summary>
internal static class EnglishNumbers
{
    private static readonly Dictionary<string, int> Digits = Number("zero one two three four five six seven eight nine", 0, 1);

    private static readonly Dictionary<string, int> Teens = Number("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10, 1);

    private static readonly Dictionary<string, int> Tens = Number("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10);

    private static readonly Dictionary<string, int> SmallOrdinals = Number(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 1, 1);

    private static readonly Dictionary<string, int> TensOrdinals = Number("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 20, 10);

    private static readonly Dictionary<string, long> Scales = new()
    {
        ["thousand"] = 1_000,
        ["million"] = 1_000_000,
        ["billion"] = 1_000_000_000,
        ["trillion"] = 1_000_000_000_000,
    };

    /// <summary>Whether a word says a number, however small or great.</summary>
    public static bool IsNumberWord(string word) =>
        Digits.ContainsKey(word) || Teens.ContainsKey(word) || Tens.ContainsKey(word) || word == "hundred" || Scales.ContainsKey(word);

    public static bool IsScale(string word) => word == "hundred" || Scales.ContainsKey(word);

    public static bool TryScale(string word, out long scale) => Scales.TryGetValue(word, out scale);

    /// <summary>One digit; "oh" and "o" only where the caller allows them.</summary>
    public static bool TryDigit(string word, bool allowOh, out int digit)
    {
        digit = 0;
        return Digits.TryGetValue(word, out digit) || (allowOh && word is "oh" or "o");
    }

    /// <summary>0 to 99: "seven", "nineteen", "forty two". Returns the number of words, 0 for none.</summary>
    public static int TrySmall(in SpokenText words, int at, out int value)
    {
        if (Digits.TryGetValue(words[at], out value) || Teens.TryGetValue(words[at], out value)) return 1;
        if (!Tens.TryGetValue(words[at], out value)) return 0;
        if (!Digits.TryGetValue(words[at + 1], out var unit) || unit == 0) return 1;
        value += unit;
        return 2;
    }

    /// <summary>A cardinal of any size: "two hundred and five thousand". Returns the number of words, 0 for none.</summary>
    public static int TryCardinal(in SpokenText words, int at, out long value)
    {
        value = 0;
        var length = 0;
        var lastScale = long.MaxValue;
        while (true)
        {
            var skip = length > 0 && words[at + length] == "and" ? 1 : 0;
            var group = TryHundreds(words, at + length + skip, out var part);
            if (group == 0 || (length > 0 && part == 0)) return length;
            var end = length + skip + group;
            if (Scales.TryGetValue(words[at + end], out var scale))
            {
                if (scale >= lastScale || part == 0) return length;
                value += part * scale;
                (length, lastScale) = (end + 1, scale);
                continue;
            }

            // "two thousand and three hundred" does not say and; "two thousand and three" does
            if (part >= lastScale || (skip == 1 && part >= 100)) return length;
            value += part;
            return end;
        }
    }

    /// <summary>An ordinal up to ninety-ninth. Returns the number of words, 0 for none.</summary>
    public static int TryOrdinal(in SpokenText words, int at, out int value)
    {
        if (SmallOrdinals.TryGetValue(words[at], out value) || TensOrdinals.TryGetValue(words[at], out value)) return 1;
        if (!Tens.TryGetValue(words[at], out value) || !SmallOrdinals.TryGetValue(words[at + 1], out var unit) || unit > 9) return 0;
        value += unit;
        return 2;
    }

    /// <summary>A year said in two halves ("nineteen eighty four", "twenty ten", "nineteen oh five"). Returns the number of words, 0 for none.</summary>
    public static int TryYear(in SpokenText words, int at, out int year)
    {
        year = 0;
        if (!Teens.TryGetValue(words[at], out var century) || century < 13) century = words[at] == "twenty" ? 20 : 0;
        if (century == 0) return 0;
        if (words[at + 1] is "oh" or "o" && TryDigit(words[at + 2], false, out var unit) && unit > 0)
        {
            year = (century * 100) + unit;
            return 3;
        }

        var rest = TrySmall(words, at + 1, out var small);
        if (rest == 0 || small < 10) return 0;
        year = (century * 100) + small;
        return 1 + rest;
    }

    /// <summary>"1st", "22nd", "13th".</summary>
    public static string WriteOrdinal(int value)
    {
        var suffix = (value % 100) is 11 or 12 or 13 ? "th" : (value % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return value.ToString(CultureInfo.InvariantCulture) + suffix;
    }

    private static Dictionary<string, int> Number(string words, int first, int step) =>
        words.Split(' ').Select((word, i) => (word, Value: first + (i * step))).ToDictionary(pair => pair.word, pair => pair.Value);

    private static int TryHundreds(in SpokenText words, int at, out int value)
    {
        var length = TrySmall(words, at, out value);
        if (length == 0 || words[at + length] != "hundred" || value == 0) return length;
        value *= 100;
        length++;
        var skip = words[at + length] == "and" ? 1 : 0;
        var rest = TrySmall(words, at + length + skip, out var small);
        if (rest == 0 || small == 0 || words[at + length + skip + rest] == "hundred") return length;
        value += small;
        return length + skip + rest;
    }
}
