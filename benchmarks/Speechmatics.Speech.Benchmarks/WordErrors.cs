namespace Speechmatics.Speech.Benchmarks;

/// <summary>The errors of a text against its reference, with the fewest edits; of equal alignments one with most substitutions.</summary>
internal readonly record struct WordErrors(int Words, int Substitutions, int Insertions, int Deletions)
{
    public int Errors => Substitutions + Insertions + Deletions;

    public static WordErrors operator +(WordErrors a, WordErrors b) =>
        new(a.Words + b.Words, a.Substitutions + b.Substitutions, a.Insertions + b.Insertions, a.Deletions + b.Deletions);

    public static WordErrors Count(string[] reference, string[] heard)
    {
        var row = new WordErrors[heard.Length + 1];
        for (var j = 0; j <= heard.Length; j++) row[j] = new WordErrors(0, 0, j, 0);
        for (var i = 1; i <= reference.Length; i++)
        {
            var diagonal = row[0];
            row[0] = new WordErrors(i, 0, 0, i);
            for (var j = 1; j <= heard.Length; j++)
            {
                var match = reference[i - 1] == heard[j - 1];
                var best = diagonal with { Words = i, Substitutions = diagonal.Substitutions + (match ? 0 : 1) };
                var deleted = row[j] with { Words = i, Deletions = row[j].Deletions + 1 };
                var inserted = row[j - 1] with { Insertions = row[j - 1].Insertions + 1 };
                if (deleted.Errors < best.Errors) best = deleted;
                if (inserted.Errors < best.Errors) best = inserted;
                (diagonal, row[j]) = (row[j], best);
            }
        }

        return row[heard.Length] with { Words = reference.Length };
    }
}
