namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// Interpolated modified Kneser-Ney estimation (Chen and Goodman 1998), with count cut-offs in the manner of KenLM (Heafield et al. 2013): the mass of n-grams that are
/// cut goes to the shorter context.
/// </summary>
internal static class KneserNeyEstimator
{
    /// <summary>
    /// Estimates a model from sentences that run from a start token to an end token. <paramref name="minimumCounts"/> says for each length how often an n-gram must
    /// occur to be kept; it must not fall as the length grows.
    /// </summary>
    public static NGramTable[] Estimate(ReadOnlySpan<ushort> sentences, NGramPacking packing, int order, int blankId, ReadOnlySpan<int> minimumCounts)
    {
        var tables = new NGramTable[order];
        for (var n = 1; n <= order; n++) tables[n - 1] = Count(sentences, packing, n, blankId);
        var adjusted = new uint[order][];
        for (var n = 1; n < order; n++) adjusted[n - 1] = CountLeftNeighbours(packing, n, tables[n - 1], tables[n]);
        adjusted[order - 1] = tables[order - 1].Counts;

        EstimateUnigrams(packing, tables[0], adjusted[0]);
        for (var n = 2; n <= order; n++)
            tables[n - 1] = EstimateOrder(packing, n, tables, adjusted[n - 1], minimumCounts[n - 1]);
        return tables;
    }

    private static NGramTable Count(ReadOnlySpan<ushort> sentences, NGramPacking packing, int order, int blankId)
    {
        var occurrences = new List<ulong>(sentences.Length);
        ulong key = 0;
        var inSentence = 0;
        foreach (var token in sentences)
        {
            inSentence = token == packing.Start ? 1 : inSentence + 1;
            key = packing.Suffix(packing.Append(key, token), order);
            if (inSentence >= order) occurrences.Add(key);
        }

        // every token but blank has a unigram, seen or not
        var unseen = 0;
        if (order == 1)
        {
            for (var token = 0; token <= packing.End; token++)
                if (token != blankId) occurrences.Add((ulong)token);
            unseen = 1;
        }

        var sorted = occurrences.ToArray();
        occurrences = null!;
        Array.Sort(sorted);
        var keys = new List<ulong>();
        var counts = new List<uint>();
        for (var i = 0; i < sorted.Length;)
        {
            var run = i + 1;
            while (run < sorted.Length && sorted[run] == sorted[i]) run++;
            keys.Add(sorted[i]);
            counts.Add((uint)(run - i - unseen));
            i = run;
        }

        return new NGramTable(packing, order, [.. keys], [.. counts]);
    }

    // Kneser-Ney counts a shorter n-gram by the different tokens before it; at a sentence's start there is none, so there the plain count stands.
    private static uint[] CountLeftNeighbours(NGramPacking packing, int order, NGramTable table, NGramTable longer)
    {
        var adjusted = new uint[table.Count];
        foreach (var key in longer.Keys) adjusted[table.Find(packing.Suffix(key, order))]++;
        for (var i = 0; i < adjusted.Length; i++)
            if (packing.First(table.Keys[i], order) == packing.Start) adjusted[i] = table.Counts[i];
        return adjusted;
    }

    private static void EstimateUnigrams(NGramPacking packing, NGramTable table, uint[] adjusted)
    {
        var start = table.Find((ulong)packing.Start);
        adjusted[start] = 0;
        var discounts = Discounts.From(adjusted);
        double total = 0, freed = 0;
        foreach (var count in adjusted)
        {
            total += count;
            freed += discounts.Of(count);
        }

        var share = (total == 0 ? 1 : freed / total) / (table.Count - 1);
        for (var i = 0; i < table.Count; i++)
            table.LogProbabilities[i] = (float)Math.Log(((adjusted[i] - discounts.Of(adjusted[i])) / Math.Max(1, total)) + share);
        table.LogProbabilities[start] = NGramTrie.Never;
    }

    private static NGramTable EstimateOrder(NGramPacking packing, int order, NGramTable[] tables, uint[] adjusted, int minimumCount)
    {
        var table = tables[order - 1];
        var shorter = tables[order - 2];
        var discounts = Discounts.From(adjusted);
        var kept = new bool[table.Count];
        for (var from = 0; from < table.Count;)
        {
            var context = packing.Context(table.Keys[from]);
            var to = from;
            double total = 0, keptMass = 0;
            for (; to < table.Count && packing.Context(table.Keys[to]) == context; to++)
            {
                total += adjusted[to];
                kept[to] = table.Counts[to] >= minimumCount;
                if (kept[to]) keptMass += adjusted[to] - discounts.Of(adjusted[to]);
            }

            var weight = 1 - (keptMass / total);
            var contextIndex = shorter.Find(context);
            if (contextIndex >= 0) shorter.Backoffs[contextIndex] = (float)Math.Log(weight);
            for (var i = from; i < to; i++)
            {
                if (!kept[i]) continue;
                var backed = Math.Exp(shorter.LogProbabilities[shorter.Find(packing.Suffix(table.Keys[i], order - 1))]);
                table.LogProbabilities[i] = (float)Math.Log(((adjusted[i] - discounts.Of(adjusted[i])) / total) + (weight * backed));
            }

            from = to;
        }

        return Array.IndexOf(kept, false) < 0 ? table : table.Where(packing, order, kept);
    }

    /// <summary>What is taken from counts of one, two, and three or more.</summary>
    private readonly record struct Discounts(double One, double Two, double More)
    {
        public double Of(uint count) => count switch { 0 => 0, 1 => One, 2 => Two, _ => More };

        public static Discounts From(uint[] counts)
        {
            Span<double> of = stackalloc double[5];
            of.Clear();
            foreach (var count in counts)
                if (count is >= 1 and <= 4) of[(int)count]++;
            var y = of[1] / (of[1] + (2 * of[2]));
            var discounts = new Discounts(1 - (2 * y * of[2] / of[1]), 2 - (3 * y * of[3] / of[2]), 3 - (4 * y * of[4] / of[3]));
            // too little text for the formula: KenLM's fallback
            return discounts is { One: > 0 and < 1, Two: > 0 and < 2, More: > 0 and < 3 } ? discounts : new Discounts(0.5, 1, 1.5);
        }
    }
}
