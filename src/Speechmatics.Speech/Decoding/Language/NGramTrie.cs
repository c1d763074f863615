namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// A back-off n-gram model as a trie in flat arrays, the form that files and estimation share. Level n - 1 holds the n-grams in order of their tokens; a node's
/// children are the n-grams that it begins. Tokens 0..TokenCount - 1 are the acoustic model's; TokenCount is the sentence's start and TokenCount + 1 its end.
/// </summary>
internal sealed class NGramTrie(int tokenCount, int blankId, NGramTrie.Level[] levels)
{
    /// <summary>What stands in for the probability of a thing that is never asked for (the sentence's start).</summary>
    public const float Never = -99f;

    public int TokenCount => tokenCount;

    public int BlankId => blankId;

    public int StartToken => tokenCount;

    public int EndToken => tokenCount + 1;

    public int Order => levels.Length;

    public Level[] Levels => levels;

    public long NGramCount => levels.Sum(level => (long)level.Count);

    /// <summary>The n-grams of one length. Logarithms are natural.</summary>
    internal sealed class Level(ushort[] tokens, float[] logProbabilities, float[] backoffs, int[] firstChildren)
    {
        public int Count => tokens.Length;

        /// <summary>The last token of each n-gram.</summary>
        public ushort[] Tokens => tokens;

        public float[] LogProbabilities => logProbabilities;

        /// <summary>Logarithm of the weight given to shorter contexts; 0 for nodes without children.</summary>
        public float[] Backoffs => backoffs;

        /// <summary>Where each node's children begin in the next level; one more entry than nodes. All 0 in the last level.</summary>
        public int[] FirstChildren => firstChildren;
    }

    /// <summary>Builds the trie from packed n-grams, sorted within each length, each of which begins with one of the length before.</summary>
    public static NGramTrie FromTables(int blankId, NGramPacking packing, NGramTable[] tables)
    {
        var levels = new Level[tables.Length];
        for (var n = 0; n < tables.Length; n++)
        {
            var table = tables[n];
            var tokens = new ushort[table.Count];
            for (var i = 0; i < tokens.Length; i++) tokens[i] = (ushort)packing.Last(table.Keys[i]);
            var firstChildren = new int[table.Count + 1];
            if (n + 1 < tables.Length)
            {
                var child = 0;
                var children = tables[n + 1];
                for (var i = 0; i < table.Count; i++)
                {
                    firstChildren[i] = child;
                    while (child < children.Count && packing.Context(children.Keys[child]) == table.Keys[i]) child++;
                }

                if (child != children.Count)
                    throw new InvalidDataException($"A {n + 2}-gram lacks the {n + 1}-gram that it begins with.");
                firstChildren[^1] = child;
            }

            levels[n] = new Level(tokens, table.LogProbabilities, table.Backoffs, firstChildren);
        }

        return new NGramTrie(packing.TokenCount, blankId, levels);
    }

    /// <summary>Calls back for each n-gram of one length with its tokens, in order.</summary>
    public void Visit(int order, Action<ReadOnlyMemory<int>, int> visit)
    {
        var path = new int[order];
        Descend(0, 0, levels[0].Count);

        void Descend(int level, int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                path[level] = levels[level].Tokens[i];
                if (level + 1 == order) visit(path, i);
                else Descend(level + 1, levels[level].FirstChildren[i], levels[level].FirstChildren[i + 1]);
            }
        }
    }
}
