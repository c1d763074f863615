using System.Globalization;

namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>A number with an optional fraction and scale: "twelve", "three point five million", "a hundred".</summary>
internal readonly record struct Quantity(int Length, decimal Value, string Text, bool HasArticle, bool IsDecimal)
{
    /// <summary>Reads a quantity; its length is 0 when there is none.</summary>
    public static Quantity Read(in SpokenText words, int at)
    {
        if (words[at] is "a" or "an")
        {
            // "a hundred", "a million": as if it were one
            if (words[at + 1] == "hundred") return new(2, 100, "100", true, false);
            return EnglishNumbers.TryScale(words[at + 1], out var alone) ? new(2, alone, WriteWhole(alone), true, false) : default;
        }

        var length = EnglishNumbers.TryCardinal(words, at, out var whole);
        if (length == 0) return default;
        if (words[at + length] != "point") return new(length, whole, WriteWhole(whole), false, false);
        var (digits, fraction) = ReadFraction(words, at + length + 1);
        if (digits == 0) return new(length, whole, WriteWhole(whole), false, false);

        length += 1 + digits;
        var text = whole.ToString(CultureInfo.InvariantCulture) + "." + fraction;
        var value = decimal.Parse(text, CultureInfo.InvariantCulture);
        if (!EnglishNumbers.TryScale(words[at + length], out var scale)) return new(length, value, text, false, true);
        return new(length + 1, value * scale, $"{text} {words[at + length]}", false, true);
    }

    /// <summary>"2005", "12,500", "5 million".</summary>
    public static string WriteWhole(long value)
    {
        foreach (var (scale, name) in new[] { (1_000_000_000_000L, "trillion"), (1_000_000_000L, "billion"), (1_000_000L, "million") })
            if (value >= scale && value % scale == 0 && value / scale < 1000) return $"{(value / scale).ToString(CultureInfo.InvariantCulture)} {name}";
        return value.ToString(value >= 10_000 ? "N0" : "D", CultureInfo.InvariantCulture);
    }

    private static (int Length, string Digits) ReadFraction(in SpokenText words, int at)
    {
        var digits = "";
        var length = 0;
        while (EnglishNumbers.TryDigit(words[at + length], allowOh: length > 0 || EnglishNumbers.TryDigit(words[at + 1], false, out _), out var digit))
        {
            digits += (char)('0' + digit);
            length++;
        }

        if (length > 0) return (length, digits);
        var small = EnglishNumbers.TrySmall(words, at, out var value);
        return small == 0 ? (0, "") : (small, value.ToString(CultureInfo.InvariantCulture));
    }
}
