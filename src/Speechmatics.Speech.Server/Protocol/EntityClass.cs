using System.Text.RegularExpressions;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>What kind of thing a written form is, in the protocol's words, told by how it is written.</summary>
internal static partial class EntityClass
{
    /// <returns>The class, or null where the text is no entity but a word.</returns>
    public static string? Of(string written, string spoken) =>
        !written.Any(char.IsAsciiDigit) ? null
        : written.Contains('%') ? "percentage"
        : written.AsSpan().IndexOfAny("$£€¥") >= 0 ? "money"
        : Time().IsMatch(written) ? "time"
        : Month().IsMatch(written) || (Year().IsMatch(written) && !Round().IsMatch(spoken)) ? "date"
        : Ordinal().IsMatch(written) ? "ordinal"
        : Decimal().IsMatch(written) ? "decimal"
        : written.Any(char.IsAsciiLetter) ? "alphanum"
        : "number";

    [GeneratedRegex(@"^\d{1,2}(:\d\d)?( ?[ap]\.?m\.?)$|^\d{1,2}:\d\d")]
    private static partial Regex Time();

    [GeneratedRegex("(?i)january|february|march|april|may|june|july|august|september|october|november|december")]
    private static partial Regex Month();

    [GeneratedRegex("^(1[0-9]|20)[0-9][0-9]s?$")]
    private static partial Regex Year();

    [GeneratedRegex("hundred|thousand")]
    private static partial Regex Round();

    [GeneratedRegex(@"^[\d,]+(st|nd|rd|th)$")]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"^[\d,]*\.\d+$")]
    private static partial Regex Decimal();
}
