using System.Collections.Frozen;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// Makes words that are said alike, or mean the same to a reader, one form:
/// titles (mr mister, mrs missus, dr doctor, st saint, prof professor); contractions (n't not, 're are, 'll will, 've have, 'm am, 'd would; 's is after pronouns and
/// question words only, because elsewhere it is the possessive; can't and cannot can not, won't will not, gonna going to);
/// numbers (a hundred one hundred; "and" inside a number or before cents dropped; two thousand twelve twenty twelve); per cent percent, ok okay;
/// British spellings become American (<see cref="AmericanSpelling"/>).
/// Where a contraction has two readings ('s has, 'd had) the commoner one is taken, so the other, written out on the other side, still counts as an error.
/// </summary>
internal static class WordVariants
{
    private static readonly FrozenDictionary<string, string> Whole = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mr"] = "mister",
        ["mrs"] = "missus",
        ["messrs"] = "messieurs",
        ["dr"] = "doctor",
        ["st"] = "saint",
        ["prof"] = "professor",
        ["can't"] = "can not",
        ["cannot"] = "can not",
        ["won't"] = "will not",
        ["shan't"] = "shall not",
        ["ain't"] = "is not",
        ["let's"] = "let us",
        ["y'all"] = "you all",
        ["gonna"] = "going to",
        ["wanna"] = "want to",
        ["gotta"] = "got to",
        ["gimme"] = "give me",
        ["lemme"] = "let me",
        ["ok"] = "okay",
        ["alright"] = "all right",
        ["etc"] = "et cetera",
        ["vs"] = "versus",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly (string Ending, string Word)[] Endings =
    [
        ("n't", "not"), ("'re", "are"), ("'ll", "will"), ("'ve", "have"), ("'m", "am"), ("'d", "would"),
    ];

    private static readonly FrozenSet<string> BeforeIs = new[]
    {
        "it", "he", "she", "that", "this", "there", "here", "what", "who", "where", "when", "why", "how", "everything", "something", "nothing", "everyone",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static List<string> Unify(List<string> words)
    {
        var unified = new List<string>(words.Count);
        foreach (var word in words)
        {
            foreach (var part in Expand(word).Split(' '))
                unified.Add(AmericanSpelling.Of(part));
        }

        return UnifyNumbers(unified);
    }

    private static string Expand(string word)
    {
        if (Whole.TryGetValue(word, out var expanded))
            return expanded;
        if (!word.Contains('\'', StringComparison.Ordinal))
            return word;
        if (word.EndsWith("'s", StringComparison.Ordinal) && BeforeIs.Contains(word[..^2]))
            return $"{word[..^2]} is";
        foreach (var (ending, separate) in Endings)
        {
            // "wouldn't've" has two: the rest is taken apart too
            if (word.Length > ending.Length && word.EndsWith(ending, StringComparison.Ordinal))
                return $"{Expand(word[..^ending.Length])} {separate}";
        }

        return word;
    }

    private static List<string> UnifyNumbers(List<string> words)
    {
        var result = new List<string>(words.Count);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            var previous = result.Count == 0 ? "" : result[^1];
            var next = i + 1 < words.Count ? words[i + 1] : "";
            if (word == "and" && EnglishNumbers.IsBelowHundred(next) && (EnglishNumbers.IsScale(previous) || IsMoney(previous, words, i + 2)))
                continue;
            if (word == "cent" && previous == "per")
                result[^1] = "percent";
            else if (word == "a" && EnglishNumbers.IsScale(next))
                result.Add("one");
            else
                result.Add(word);
        }

        // 2012 is read both ways; what follows "hundred" is no year
        for (var i = 0; i + 2 < result.Count; i++)
        {
            if (result[i] != "two" || result[i + 1] != "thousand" || !EnglishNumbers.IsTenToNinetyNine(result[i + 2]))
                continue;
            var after = i + 3 < result.Count && EnglishNumbers.IsBelowHundred(result[i + 3]) ? i + 4 : i + 3;
            if (after < result.Count && EnglishNumbers.IsScale(result[after]))
                continue;
            if (i > 0 && (EnglishNumbers.IsBelowHundred(result[i - 1]) || EnglishNumbers.IsScale(result[i - 1])))
                continue;
            result[i] = "twenty";
            result.RemoveAt(i + 1);
        }

        return result;
    }

    // "five dollars and fifty cents"
    private static bool IsMoney(string previous, List<string> words, int from)
    {
        if (previous is not ("dollar" or "dollars" or "pound" or "pounds" or "euro" or "euros"))
            return false;
        for (var i = from; i < Math.Min(from + 2, words.Count); i++)
            if (words[i] is "cent" or "cents" or "penny" or "pence")
                return true;
        return false;
    }
}
