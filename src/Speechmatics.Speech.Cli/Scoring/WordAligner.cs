namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// The alignment of two word sequences with the fewest substitutions, insertions and deletions, each counted once (Levenshtein 1966; Wagner and Fischer 1974).
/// Among those it takes one with the fewest substitutions, hence the most matches, which makes all counts unique. Long texts are halved first (Hirschberg 1975), so
/// that memory stays bounded; the counts stay the same.
/// </summary>
internal static class WordAligner
{
    /// <summary>Cells (one byte each) of the largest table filled at once.</summary>
    private const long DefaultMaxCells = 64 << 20;

    private const byte Pair = 0;
    private const byte Delete = 1;
    private const byte Insert = 2;

    /// <summary>Aligns <paramref name="hypothesis"/> to <paramref name="reference"/>, comparing words ordinally.</summary>
    public static List<AlignedWord> Align(IReadOnlyList<string> reference, IReadOnlyList<string> hypothesis, long maxCells = DefaultMaxCells)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var edits = new List<byte>(Math.Max(reference.Count, hypothesis.Count));

        // an insertion or a deletion costs gap, a substitution one more: all substitutions together never outweigh one error
        var gap = Math.Min(reference.Count, hypothesis.Count) + 1L;
        Align(Number(reference, numbers), Number(hypothesis, numbers), edits, gap, maxCells);

        var alignment = new List<AlignedWord>(edits.Count);
        int r = 0, h = 0;
        foreach (var edit in edits)
            alignment.Add(new AlignedWord(edit == Insert ? null : reference[r++], edit == Delete ? null : hypothesis[h++]));
        return alignment;
    }

    private static int[] Number(IReadOnlyList<string> words, Dictionary<string, int> numbers)
    {
        var result = new int[words.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (!numbers.TryGetValue(words[i], out var number))
                numbers.Add(words[i], number = numbers.Count);
            result[i] = number;
        }

        return result;
    }

    private static void Align(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis, List<byte> edits, long gap, long maxCells)
    {
        if (reference.Length < 2 || (reference.Length + 1L) * (hypothesis.Length + 1L) <= maxCells)
        {
            AlignWithTable(reference, hypothesis, edits, gap);
            return;
        }

        var middle = reference.Length / 2;
        var before = LastRow(reference[..middle], hypothesis, gap, reversed: false);
        var after = LastRow(reference[middle..], hypothesis, gap, reversed: true);
        var cut = 0;
        for (var j = 1; j <= hypothesis.Length; j++)
            if (before[j] + after[hypothesis.Length - j] < before[cut] + after[hypothesis.Length - cut])
                cut = j;

        Align(reference[..middle], hypothesis[..cut], edits, gap, maxCells);
        Align(reference[middle..], hypothesis[cut..], edits, gap, maxCells);
    }

    private static void AlignWithTable(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis, List<byte> edits, long gap)
    {
        var width = hypothesis.Length + 1;
        var table = new byte[(reference.Length + 1) * width];
        var costs = new long[width];
        for (var j = 1; j < width; j++)
        {
            costs[j] = j * gap;
            table[j] = Insert;
        }

        for (var i = 1; i <= reference.Length; i++)
        {
            var row = table.AsSpan(i * width, width);
            var diagonal = costs[0];
            costs[0] = i * gap;
            row[0] = Delete;
            for (var j = 1; j < width; j++)
            {
                var best = diagonal + (reference[i - 1] == hypothesis[j - 1] ? 0 : gap + 1);
                var edit = Pair;
                diagonal = costs[j];
                if (costs[j] + gap < best)
                    (best, edit) = (costs[j] + gap, Delete);
                if (costs[j - 1] + gap < best)
                    (best, edit) = (costs[j - 1] + gap, Insert);
                costs[j] = best;
                row[j] = edit;
            }
        }

        var first = edits.Count;
        for (int i = reference.Length, j = hypothesis.Length; i > 0 || j > 0;)
        {
            var edit = table[(i * width) + j];
            edits.Add(edit);
            if (edit != Insert)
                i--;
            if (edit != Delete)
                j--;
        }

        edits.Reverse(first, edits.Count - first);
    }

    /// <summary>The cost of aligning the whole reference to each prefix of the hypothesis, or to each suffix when reversed.</summary>
    private static long[] LastRow(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis, long gap, bool reversed)
    {
        var costs = new long[hypothesis.Length + 1];
        for (var j = 1; j < costs.Length; j++)
            costs[j] = j * gap;
        for (var i = 1; i <= reference.Length; i++)
        {
            var word = reversed ? reference[^i] : reference[i - 1];
            var diagonal = costs[0];
            costs[0] = i * gap;
            for (var j = 1; j < costs.Length; j++)
            {
                var pair = diagonal + (word == (reversed ? hypothesis[^j] : hypothesis[j - 1]) ? 0 : gap + 1);
                diagonal = costs[j];
                costs[j] = Math.Min(pair, Math.Min(costs[j], costs[j - 1]) + gap);
            }
        }

        return costs;
    }
}
