namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>One recording's hypothesis against its reference.</summary>
internal sealed record UtteranceScore(ManifestEntry Entry, string Hypothesis, IReadOnlyList<AlignedWord> Alignment)
{
    public ErrorCounts Counts { get; } = ErrorCounts.Of(Alignment);

    public static UtteranceScore Of(ManifestEntry entry, string hypothesis, Normalisation normalisation) => new(
        entry,
        hypothesis,
        WordAligner.Align(TextNormaliser.Words(entry.Text, normalisation), TextNormaliser.Words(hypothesis, normalisation)));
}
