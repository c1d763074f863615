using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>Tells of each recognised word whether it was right: whether the alignment matches all that it is written as.</summary>
internal static class WordJudge
{
    /// <summary>
    /// Judges the words of one recording. Words of which normalisation leaves nothing are passed over, and so are those that it joins with their neighbours ("a" before "hundred") when that changes them.
    /// </summary>
    public static IEnumerable<JudgedWord> Judge(IReadOnlyList<AlignedWord> alignment, IReadOnlyList<RecognizedWord> words, Normalisation normalisation)
    {
        var (own, ownerOf) = (new List<string>(), new List<int>());
        for (var i = 0; i < words.Count; i++)
        {
            own.AddRange(TextNormaliser.Words(words[i].Text, normalisation));
            while (ownerOf.Count < own.Count) ownerOf.Add(i);
        }

        // word by word and as a whole text nearly always comes out alike; where not, an alignment finds what belongs together
        var edits = alignment.Where(a => a.Hypothesis is not null).ToList();
        var (parts, right) = (new int[words.Count], new int[words.Count]);
        var (o, e) = (0, 0);
        foreach (var pair in WordAligner.Align(own, [.. edits.Select(a => a.Hypothesis!)]))
        {
            if (pair.Edit == WordEdit.Match)
            {
                parts[ownerOf[o]]++;
                if (edits[e].Edit == WordEdit.Match) right[ownerOf[o]]++;
            }

            if (pair.Reference is not null) o++;
            if (pair.Hypothesis is not null) e++;
        }

        for (var i = 0; i < words.Count; i++)
            if (parts[i] > 0) yield return new JudgedWord(words[i].Confidence, right[i] == parts[i]);
    }
}
