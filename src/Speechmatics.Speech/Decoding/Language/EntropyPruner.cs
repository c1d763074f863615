namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// Relative-entropy pruning (Stolcke 1998): drops the n-grams whose loss changes the model least. A context's probability is its share of the text rather than the
/// smoothed model's, which Kneser-Ney's shorter contexts would distort (Chelba et al. 2010).
/// </summary>
internal static class EntropyPruner
{
    /// <summary>Drops n-grams of two tokens and more whose removal raises the cross entropy by less than <paramref name="threshold"/> nats per token.</summary>
    public static NGramTable[] Prune(NGramTable[] tables, NGramPacking packing, double threshold, long textTokens)
    {
        var pruned = (NGramTable[])tables.Clone();
        if (threshold > 0)
        {
            for (var order = tables.Length; order >= 2; order--)
            {
                var kept = Choose(pruned, packing, order, threshold, textTokens);
                pruned[order - 1] = pruned[order - 1].Where(packing, order, kept);
            }
        }

        for (var order = 2; order <= tables.Length; order++) Renormalise(pruned, packing, order);
        return pruned;
    }

    private static bool[] Choose(NGramTable[] tables, NGramPacking packing, int order, double threshold, long textTokens)
    {
        var table = tables[order - 1];
        var contexts = tables[order - 2];
        var kept = new bool[table.Count];
        if (order < tables.Length)
        {
            foreach (var key in tables[order].Keys) kept[table.Find(packing.Context(key))] = true;
        }

        foreach (var (from, to) in Contexts(table, packing))
        {
            var contextIndex = contexts.Find(packing.Context(table.Keys[from]));
            double mass = 0, backedMass = 0;
            for (var i = from; i < to; i++)
            {
                mass += Math.Exp(table.LogProbabilities[i]);
                backedMass += Math.Exp(LogProbability(tables, packing, packing.Suffix(table.Keys[i], order - 1), order - 1));
            }

            var (free, backedFree) = (Math.Max(1e-9, 1 - mass), Math.Max(1e-9, 1 - backedMass));
            var logBackoff = Math.Log(free / backedFree);
            var share = (double)contexts.Counts[contextIndex] / textTokens;
            for (var i = from; i < to; i++)
            {
                if (kept[i]) continue;
                var log = table.LogProbabilities[i];
                var backed = LogProbability(tables, packing, packing.Suffix(table.Keys[i], order - 1), order - 1);
                var newBackoff = Math.Log((free + Math.Exp(log)) / (backedFree + Math.Exp(backed)));
                var loss = -share * ((Math.Exp(log) * (backed + newBackoff - log)) + (free * (newBackoff - logBackoff)));
                kept[i] = loss >= threshold;
            }
        }

        return kept;
    }

    private static void Renormalise(NGramTable[] tables, NGramPacking packing, int order)
    {
        var contexts = tables[order - 2];
        Array.Clear(contexts.Backoffs);
        var table = tables[order - 1];
        foreach (var (from, to) in Contexts(table, packing))
        {
            double mass = 0, backedMass = 0;
            for (var i = from; i < to; i++)
            {
                mass += Math.Exp(table.LogProbabilities[i]);
                backedMass += Math.Exp(LogProbability(tables, packing, packing.Suffix(table.Keys[i], order - 1), order - 1));
            }

            contexts.Backoffs[contexts.Find(packing.Context(table.Keys[from]))] =
                (float)Math.Log(Math.Max(1e-9, 1 - mass) / Math.Max(1e-9, 1 - backedMass));
        }
    }

    /// <summary>The natural logarithm of the last token's probability after the others, backing off as needed.</summary>
    public static double LogProbability(NGramTable[] tables, NGramPacking packing, ulong key, int order)
    {
        double backoff = 0;
        while (true)
        {
            var index = tables[order - 1].Find(key);
            if (index >= 0) return backoff + tables[order - 1].LogProbabilities[index];
            var context = tables[order - 2].Find(packing.Context(key));
            if (context >= 0) backoff += tables[order - 2].Backoffs[context];
            order--;
            key = packing.Suffix(key, order);
        }
    }

    private static IEnumerable<(int From, int To)> Contexts(NGramTable table, NGramPacking packing)
    {
        for (var from = 0; from < table.Count;)
        {
            var to = from + 1;
            while (to < table.Count && packing.Context(table.Keys[to]) == packing.Context(table.Keys[from])) to++;
            yield return (from, to);
            from = to;
        }
    }
}
