using System.Text;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// The part of Unicode's NFKC that English transcripts meet: full-width forms, ligatures, fractions, typographic apostrophes and dashes, and letters followed by
/// a combining accent. The runtime's own normalisation needs ICU, which this tool runs without.
/// </summary>
internal static class CompatibilityForms
{
    // for each combining mark: the letters it joins, and what they become
    private static readonly (char Mark, string Letters, string Composed)[] Accents =
    [
        ('\u0300', "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        ('\u0301', "aeiouycnszAEIOUYCNSZ", "áéíóúýćńśźÁÉÍÓÚÝĆŃŚŹ"),
        ('\u0302', "aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        ('\u0303', "anoANO", "ãñõÃÑÕ"),
        ('\u0308', "aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ"),
        ('\u030A', "aA", "åÅ"),
        ('\u030C', "cszrenCSZREN", "čšžřěňČŠŽŘĚŇ"),
        ('\u0327', "csCS", "çşÇŞ"),
    ];

    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
            return text;

        var folded = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (TryCompose(folded, character))
                continue;
            folded.Append(character switch
            {
                >= '\uFF01' and <= '\uFF5E' => ((char)(character - '\uFF01' + '!')).ToString(),
                '\u2018' or '\u2019' or '\u02BC' or '\u2032' => "'",
                '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' => "-",
                '\uFB00' => "ff",
                '\uFB01' => "fi",
                '\uFB02' => "fl",
                '\uFB03' => "ffi",
                '\uFB04' => "ffl",
                '\u00BC' => " 1/4",
                '\u00BD' => " 1/2",
                '\u00BE' => " 3/4",
                '\u2044' => "/",
                '\u2026' => "...",
                // a soft hyphen or a zero-width character is not there for the reader
                '\u00AD' or '\u200B' or '\u200C' or '\u200D' or '\uFEFF' => "",
                _ => character.ToString(),
            });
        }

        return folded.ToString();
    }

    private static bool TryCompose(StringBuilder folded, char mark)
    {
        if (folded.Length == 0)
            return false;
        foreach (var accent in Accents)
        {
            if (accent.Mark != mark)
                continue;
            var letter = accent.Letters.IndexOf(folded[^1]);
            if (letter < 0)
                return false;
            folded[^1] = accent.Composed[letter];
            return true;
        }

        return false;
    }
}
