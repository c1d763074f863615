using System.Globalization;
using System.Text;

namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Writes money, percentages, measures, digits said one by one, ordinals and plain numbers.</summary>
internal static class EnglishQuantities
{
    /// <summary>"five dollars and twenty cents", "three million euros".</summary>
    public static WrittenSpan Money(in SpokenText words, int at)
    {
        var amount = Quantity.Read(words, at);
        if (amount.Length == 0) return WrittenSpan.None;
        var sign = words[at + amount.Length] switch { "dollars" or "dollar" => "$", "euros" or "euro" => "\u20ac", "pounds" or "pound" when SaysPence(words, at + amount.Length + 1) => "\u00a3", _ => "" };
        if (sign.Length == 0) return WrittenSpan.None;
        var text = amount.Value is >= 1000 and < 10_000 && !amount.IsDecimal ? amount.Value.ToString("N0", CultureInfo.InvariantCulture) : amount.Text;
        var length = amount.Length + 1;
        if (sign == "\u00a3" && words[at + length] == "sterling") length++;
        if (amount.IsDecimal || amount.Value >= 1_000_000) return new(length, sign + text);

        var skip = words[at + length] == "and" ? 1 : 0;
        var small = EnglishNumbers.TrySmall(words, at + length + skip, out var cents);
        if (small > 0 && words[at + length + skip + small] is "cents" or "cent" or "pence" or "penny")
            return new(length + skip + small + 1, string.Create(CultureInfo.InvariantCulture, $"{sign}{text}.{cents:00}"));
        return new(length, sign + text);
    }

    // a pound alone is as often a weight
    private static bool SaysPence(in SpokenText words, int at)
    {
        var skip = words[at] == "and" ? 1 : 0;
        var small = EnglishNumbers.TrySmall(words, at + skip, out _);
        return words[at] == "sterling" || (small > 0 && words[at + skip + small] is "pence" or "penny");
    }

    /// <summary>"five percent", "two point five per cent".</summary>
    public static WrittenSpan Percent(in SpokenText words, int at)
    {
        var amount = Quantity.Read(words, at);
        if (amount.Length == 0) return WrittenSpan.None;
        var length = words[at + amount.Length] == "percent" ? 1 : words[at + amount.Length] == "per" && words[at + amount.Length + 1] == "cent" ? 2 : 0;
        return length == 0 ? WrittenSpan.None : new(amount.Length + length, amount.Text + "%");
    }

    /// <summary>Digits said one by one: "five five five one two three four", "double seven".</summary>
    public static WrittenSpan Digits(in SpokenText words, int at)
    {
        var digits = new StringBuilder();
        var length = 0;
        while (true)
        {
            var repeat = words[at + length] switch { "double" => 2, "triple" => 3, _ => 1 };
            var skip = repeat > 1 ? 1 : 0;
            if (!EnglishNumbers.TryDigit(words[at + length + skip], allowOh: digits.Length > 0, out var digit)) break;
            digits.Append((char)('0' + digit), repeat);
            length += 1 + skip;
        }

        // what was "oh" at the end was no digit, and the last digit may begin a greater number
        while (length > 0 && words[at + length - 1] is "oh" or "o")
        {
            length--;
            digits.Length--;
        }

        if (digits.Length < 3 || EnglishNumbers.IsScale(words[at + length]) || words[at + length] == "point") return WrittenSpan.None;
        var text = digits.ToString();
        // counting, not a number
        return "123456789".StartsWith(text, StringComparison.Ordinal) ? new(length, null) : new(length, text);
    }

    /// <summary>"twenty first", "tenth"; below the tenth words are kept.</summary>
    public static WrittenSpan Ordinal(in SpokenText words, int at)
    {
        var length = EnglishNumbers.TryOrdinal(words, at, out var value);
        if (length == 0 || value < 10 || words[at - 1] is "a" or "an" || EnglishNumbers.IsNumberWord(words[at - 1])) return WrittenSpan.None;
        return new(length, EnglishNumbers.WriteOrdinal(value));
    }

    /// <summary>All other numbers: figures from ten, for decimals, before units of measure, after labels such as "page", and beside other figures of a range.</summary>
    public static WrittenSpan Number(in SpokenText words, int at)
    {
        var amount = Quantity.Read(words, at);
        if (amount.Length == 0 || (amount.HasArticle && !EnglishUnits.IsMeasure(words[at + amount.Length]))) return WrittenSpan.None;
        var next = at + amount.Length;
        if (amount.IsDecimal && words[at - 1] == "at" && amount.Value < 2 && words[at] == "one" && !EnglishUnits.IsMeasure(words[at + amount.Length])) return new(2, null);

        // "room twelve oh one"
        if (EnglishUnits.IsLabel(words[at - 1]) && amount.Value is > 0 and < 100 && words[next] is "oh" or "o" && EnglishNumbers.TryDigit(words[next + 1], false, out var digit))
            return new(amount.Length + 2, $"{amount.Text}0{digit}");

        // two numbers in a row that no other rule understood
        if (!amount.IsDecimal && EnglishNumbers.TrySmall(words, next, out _) > 0 && Quantity.Read(words, next) is { Length: > 0 } second)
            return EnglishUnits.IsLabel(words[at - 1]) && amount.Value < 100 && second.Value is >= 10 and < 100 && amount.Length + second.Length <= 4
                ? new(amount.Length + second.Length, amount.Text + second.Text)
                : new(amount.Length + second.Length, null);

        var figures = amount.IsDecimal || amount.Value >= 10 || amount.HasArticle || IsMeasured(words, next, amount.Value) || IsLabelled(words, at, amount.Value) || IsRange(words, at, next);
        return figures ? new(amount.Length, amount.Text) : WrittenSpan.None;
    }

    // "one minute" and "one foot" are as often figures of speech
    private static bool IsMeasured(in SpokenText words, int next, decimal value) => value != 1 && EnglishUnits.IsMeasure(words[next]);

    private static bool IsLabelled(in SpokenText words, int at, decimal value) =>
        EnglishUnits.IsLabel(words[at - 1]) && !(words[at - 1] is "number" or "line" or "level" && value == 1) && words[at + 1] is not ("of" or "is" or "was" or "who");

    // the "five" of "five to ten minutes"
    private static bool IsRange(in SpokenText words, int at, int next)
    {
        if (words[next] is not ("to" or "or") || words[at] == "one") return false;
        var other = Quantity.Read(words, next + 1);
        return other.Length > 0 && !other.HasArticle && (EnglishUnits.IsMeasure(words[next + 1 + other.Length]) || words[next + 1 + other.Length] == "percent");
    }
}
