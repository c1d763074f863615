using System.Globalization;

namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Writes times of day, dates and years.</summary>
internal static class EnglishCalendar
{
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly string[] Decades = ["tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"];

    private static readonly HashSet<string> BeforeTime =
        ["at", "by", "until", "till", "before", "after", "around", "about", "from", "since", "it's", "its", "is", "was", "for"];

    private static readonly HashSet<string> AfterTime =
        ["", "tomorrow", "today", "tonight", "in", "on", "this", "and", "or", "to", "till", "until", "every", "sharp", "please", "when", "but", "if", "then", "is", "was", "a", "p", "am", "pm"];

    /// <summary>A name that has a capital wherever it stands. March and may are words of their own too.</summary>
    public static bool IsName(string word) => Weekdays.Contains(word) || (Months.Contains(word) && word is not ("march" or "may"));

    public static string Capitalise(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>"half past three", "three thirty p m", "at three thirty", "three o'clock".</summary>
    public static WrittenSpan Time(in SpokenText words, int at)
    {
        var length = ClockTime(words, at, out var text);
        if (length == 0) return WrittenSpan.None;
        var half = DayHalf(words, at + length, out var suffix);
        return half > 0 ? new(length + half, text + suffix) : new(length, text);
    }

    /// <summary>"june third twenty twenty four", "the third of june", "june nineteen eighty four".</summary>
    public static WrittenSpan Date(in SpokenText words, int at)
    {
        if (Months.Contains(words[at])) return MonthFirst(words, at);
        var length = EnglishNumbers.TryOrdinal(words, at, out var day);
        if (length == 0 || day > 31 || words[at + length] != "of" || !Months.Contains(words[at + length + 1])) return WrittenSpan.None;
        var text = $"{EnglishNumbers.WriteOrdinal(day)} of {Capitalise(words[at + length + 1])}";
        length += 2;
        var year = YearAfter(words, at + length, out var written);
        return year > 0 ? new(length + year, $"{text} {written}") : new(length, text);
    }

    /// <summary>"nineteen eighty four", "the nineteen eighties", where nothing counted follows.</summary>
    public static WrittenSpan Year(in SpokenText words, int at)
    {
        var decade = Array.IndexOf(Decades, words[at + 1]);
        if (decade >= 0 && EnglishNumbers.TrySmall(words, at, out var century) == 1 && century is >= 15 and <= 20)
            return new(2, (century * 100 + (decade + 1) * 10).ToString(CultureInfo.InvariantCulture) + "s");
        var length = EnglishNumbers.TryYear(words, at, out var year);
        if (length == 0 || EnglishUnits.IsCounted(words[at + length]) || EnglishNumbers.IsNumberWord(words[at + length])) return WrittenSpan.None;
        return new(length, year.ToString(CultureInfo.InvariantCulture));
    }

    private static WrittenSpan MonthFirst(in SpokenText words, int at)
    {
        var month = Capitalise(words[at]);
        var year = YearAfter(words, at + 1, out var written);
        if (year > 0) return new(1 + year, $"{month} {written}");

        var skip = words[at + 1] == "the" ? 1 : 0;
        var length = EnglishNumbers.TryOrdinal(words, at + 1 + skip, out var day);
        if (length == 0 && skip == 0 && words[at] is not ("march" or "may"))
        {
            length = EnglishNumbers.TrySmall(words, at + 1, out day);
            if (EnglishUnits.IsCounted(words[at + 1 + length]) || EnglishNumbers.IsScale(words[at + 1 + length])) length = 0;
        }

        if (length == 0 || day is < 1 or > 31) return WrittenSpan.None;
        length += 1 + skip;
        year = YearAfter(words, at + length, out written);
        return year > 0 ? new(length + year, $"{month} {day}, {written}") : new(length, $"{month} {day}");
    }

    private static int YearAfter(in SpokenText words, int at, out string text)
    {
        var length = EnglishNumbers.TryYear(words, at, out var year);
        if (length == 0 && words[at + 1] == "thousand")
        {
            length = EnglishNumbers.TryCardinal(words, at, out var value);
            if (value is < 2000 or > 2099) length = 0;
            year = (int)value;
        }

        text = year.ToString(CultureInfo.InvariantCulture);
        return length > 0 && !EnglishUnits.IsCounted(words[at + length]) && !EnglishNumbers.IsNumberWord(words[at + length]) ? length : 0;
    }

    private static int ClockTime(in SpokenText words, int at, out string text)
    {
        text = "";
        var length = words[at] switch { "half" => 1, "quarter" => 1, "a" when words[at + 1] == "quarter" => 2, _ => 0 };
        var minute = length == 0 ? 0 : words[at + length - 1] == "half" ? 30 : 15;
        var fraction = length > 0;
        if (!fraction)
        {
            length = EnglishNumbers.TrySmall(words, at, out minute);
            if (length > 0 && words[at + length] is "minutes" or "minute") length++;
        }

        if (length > 0 && words[at + length] is "past" or "to" or "till" or "after" && EnglishNumbers.TrySmall(words, at + length + 1, out var hour) == 1 && hour is >= 1 and <= 12)
        {
            var past = words[at + length] is "past" or "after";
            var end = length + 2;
            var certain = fraction ? !(minute == 30 && !past)
                : words[at + length] == "past" ? minute is >= 1 and <= 59
                : !past && minute is >= 1 and <= 29 && BeforeTime.Contains(words[at - 1]) && words[at - 1] is not ("from" or "for" or "about")
                  && AfterTime.Contains(words[at + end]) && !EnglishNumbers.IsNumberWord(words[at + end]);
            if (certain)
            {
                text = past ? Clock(hour, minute) : Clock(hour == 1 ? 12 : hour - 1, 60 - minute);
                return end;
            }
        }

        if (fraction || EnglishNumbers.TrySmall(words, at, out hour) != 1 || hour is < 1 or > 12) return 0;
        if (words[at + 1] == "o'clock")
        {
            text = $"{hour} o'clock";
            return 2;
        }

        var minutes = EnglishNumbers.TrySmall(words, at + 1, out minute);
        if (minutes == 0 && words[at + 1] is "oh" or "o" && EnglishNumbers.TryDigit(words[at + 2], false, out minute)) minutes = 2;
        else if (minute < 10) minutes = 0;
        if (minutes > 0 && minute <= 59)
        {
            var after = words[at + 1 + minutes];
            if (DayHalf(words, at + 1 + minutes, out _) > 0
                || (BeforeTime.Contains(words[at - 1]) && AfterTime.Contains(after)))
            {
                text = Clock(hour, minute);
                return 1 + minutes;
            }

            return 0;
        }

        if (DayHalf(words, at + 1, out _) == 0) return 0;
        text = hour.ToString(CultureInfo.InvariantCulture);
        return 1;
    }

    private static int DayHalf(in SpokenText words, int at, out string suffix)
    {
        var half = words[at] is "a" or "p" && words[at + 1] == "m" ? words[at] : words[at] is "am" or "pm" or "a.m" or "p.m" ? words[at][..1] : "";
        suffix = half == "a" ? " am" : " pm";
        if (half.Length == 0) return 0;
        // "the three am i right"
        return words[at] == "am" && words[at + 1] is "i" ? 0 : words[at].Length == 1 ? 2 : 1;
    }

    private static string Clock(int hour, int minute) => string.Create(CultureInfo.InvariantCulture, $"{hour}:{minute:00}");
}
