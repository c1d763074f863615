namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Words that tell what a number beside them means.</summary>
internal static class EnglishUnits
{
    private static readonly HashSet<string> Measures =
    [
        "degrees", "miles", "mile", "kilometers", "kilometres", "kilometer", "kilometre", "meters", "metres", "meter", "metre", "centimeters", "centimetres",
        "millimeters", "millimetres", "feet", "foot", "inches", "inch", "yards", "acres", "kilograms", "kilogram", "kilos", "kilo", "grams", "gram", "milligrams", "milligram",
        "pounds", "pound", "ounces", "ounce", "tons", "tonnes", "liters", "litres", "liter", "litre", "milliliters", "millilitres", "gallons", "gallon", "volts", "watts", "kilowatts", "megawatts",
        "hertz", "kilohertz", "megahertz", "gigahertz", "bytes", "kilobytes", "megabytes", "gigabytes", "gigabyte", "terabytes", "bits", "pixels", "calories", "hours", "hour", "minutes", "minute",
        "seconds", "milliseconds", "bucks", "quid", "cents", "cent", "pence",
    ];

    private static readonly HashSet<string> Counted =
    [
        "people", "times", "days", "day", "weeks", "week", "months", "month", "years", "year", "percent", "per", "dollars", "dollar", "euros", "euro", "men", "women", "children",
        "persons", "items", "pieces", "guests", "guys", "second", "point", "others", "more",
    ];

    private static readonly HashSet<string> Labels =
    [
        "page", "pages", "chapter", "room", "version", "section", "item", "flight", "gate", "platform", "channel", "extension", "route", "highway", "suite", "unit", "apartment",
        "bus", "verse", "step", "figure", "table", "exit", "terminal", "level", "grade", "volume", "track", "number", "line", "lane",
    ];

    /// <summary>A unit of measure, before which figures stand for numbers of any size.</summary>
    public static bool IsMeasure(string word) => Measures.Contains(word);

    /// <summary>Anything that is counted: a number before it is neither a year nor a time of day.</summary>
    public static bool IsCounted(string word) => Measures.Contains(word) || Counted.Contains(word);

    /// <summary>A thing that is numbered, such as a page: figures follow it.</summary>
    public static bool IsLabel(string word) => Labels.Contains(word);
}
