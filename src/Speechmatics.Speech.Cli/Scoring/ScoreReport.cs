namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>The scores of a manifest. The overall rate weighs every reference word alike, so it is not the mean of the sets' rates.</summary>
internal sealed record ScoreReport(IReadOnlyList<UtteranceScore> Utterances, Normalisation Normalisation)
{
    public GroupScore All { get; } = new("all", Utterances.Count, Utterances.Count(u => u.Counts.Errors > 0), Sum(Utterances));

    /// <summary>By set, in alphabetical order; empty when the manifest names no sets.</summary>
    public IReadOnlyList<GroupScore> Sets { get; } = Utterances.All(u => u.Entry.Set is null)
        ? []
        : [.. Utterances.GroupBy(u => u.Entry.Set ?? "(no set)", StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new GroupScore(g.Key, g.Count(), g.Count(u => u.Counts.Errors > 0), Sum(g)))];

    private static ErrorCounts Sum(IEnumerable<UtteranceScore> utterances) => utterances.Aggregate(default(ErrorCounts), (sum, u) => sum + u.Counts);
}

/// <summary>The counts of one set, or of all.</summary>
internal sealed record GroupScore(string Name, int Utterances, int UtterancesWithErrors, ErrorCounts Counts);
