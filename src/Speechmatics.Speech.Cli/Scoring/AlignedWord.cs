namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>One column of an alignment: the reference word, null for an insertion, above the hypothesis word, null for a deletion.</summary>
internal readonly record struct AlignedWord(string? Reference, string? Hypothesis)
{
    public WordEdit Edit =>
        Reference is null ? WordEdit.Insertion
        : Hypothesis is null ? WordEdit.Deletion
        : string.Equals(Reference, Hypothesis, StringComparison.Ordinal) ? WordEdit.Match
        : WordEdit.Substitution;
}
