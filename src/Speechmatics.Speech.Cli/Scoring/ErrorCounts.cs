using System.Numerics;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>The counts behind a word error rate. Adding two gives the counts of both texts together.</summary>
internal readonly record struct ErrorCounts(long Matches, long Substitutions, long Insertions, long Deletions) : IAdditionOperators<ErrorCounts, ErrorCounts, ErrorCounts>
{
    public long ReferenceWords => Matches + Substitutions + Deletions;

    public long HypothesisWords => Matches + Substitutions + Insertions;

    public long Errors => Substitutions + Insertions + Deletions;

    /// <summary>Errors for each reference word: 0 for none, above 1 where insertions abound, null where the reference has no words.</summary>
    public double? Rate => ReferenceWords == 0 ? null : (double)Errors / ReferenceWords;

    public static ErrorCounts operator +(ErrorCounts left, ErrorCounts right) => new(
        left.Matches + right.Matches,
        left.Substitutions + right.Substitutions,
        left.Insertions + right.Insertions,
        left.Deletions + right.Deletions);

    public static ErrorCounts Of(IEnumerable<AlignedWord> alignment)
    {
        long matches = 0, substitutions = 0, insertions = 0, deletions = 0;
        foreach (var word in alignment)
        {
            switch (word.Edit)
            {
                case WordEdit.Match:
                    matches++;
                    break;
                case WordEdit.Substitution:
                    substitutions++;
                    break;
                case WordEdit.Insertion:
                    insertions++;
                    break;
                default:
                    deletions++;
                    break;
            }
        }

        return new ErrorCounts(matches, substitutions, insertions, deletions);
    }
}
