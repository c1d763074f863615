using System.Text;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// Brings reference and hypothesis to one form before their words are compared.
/// <para><b>Standard</b>: compatibility forms are folded (<see cref="CompatibilityForms"/>); lower case; an apostrophe stays between two letters or digits;
/// every other character that is not a letter, a mark or a digit separates words, hyphens included.</para>
/// <para><b>Full</b>: before punctuation goes, figures become words (<see cref="WrittenNumbers"/>); after it, titles are written out, contractions taken apart,
/// number phrases and spellings made uniform (<see cref="WordVariants"/>).</para>
/// Normalising twice changes nothing more. Thread-safe.
/// </summary>
internal static class TextNormaliser
{
    /// <summary>The words of <paramref name="text"/> as they are compared.</summary>
    public static List<string> Words(string text, Normalisation normalisation)
    {
        var folded = CompatibilityForms.Fold(text).ToLowerInvariant();
        if (normalisation == Normalisation.Standard)
            return Split(folded);
        return WordVariants.Unify(Split(WrittenNumbers.SpellOut(folded)));
    }

    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var inWord = IsWordCharacter(text, i)
                || (text[i] == '\'' && word.Length > 0 && i + 1 < text.Length && IsWordCharacter(text, i + 1));
            if (inWord)
            {
                word.Append(text[i]);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    // surrogate pairs: letters of rarer scripts stay whole, because both halves ask about the pair
    private static bool IsWordCharacter(string text, int index)
    {
        var at = char.IsLowSurrogate(text[index]) && index > 0 ? index - 1 : index;
        return Rune.TryGetRuneAt(text, at, out var rune) && (Rune.IsLetterOrDigit(rune) || IsMark(rune));
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
