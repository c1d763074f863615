namespace Speechmatics.Speech.Decoding.Language;

/// <summary>The n-grams of one length during estimation: parallel arrays sorted by packed key, with a directory that makes look-ups short.</summary>
internal sealed class NGramTable
{
    private const int DirectoryWidth = 20;
    private readonly int _shift;
    private readonly int[] _directory;

    public NGramTable(NGramPacking packing, int order, ulong[] keys, uint[] counts)
    {
        Keys = keys;
        Counts = counts;
        LogProbabilities = new float[keys.Length];
        Backoffs = new float[keys.Length];
        _shift = packing.DirectoryShift(order, DirectoryWidth);
        _directory = new int[(1 << DirectoryWidth) + 1];
        foreach (var key in keys) _directory[(int)(key >> _shift) + 1]++;
        for (var i = 1; i < _directory.Length; i++) _directory[i] += _directory[i - 1];
    }

    public int Count => Keys.Length;

    public ulong[] Keys { get; }

    /// <summary>How often each n-gram occurs in the text.</summary>
    public uint[] Counts { get; }

    /// <summary>Natural logarithms of the conditional probabilities.</summary>
    public float[] LogProbabilities { get; }

    /// <summary>Natural logarithms of the back-off weights.</summary>
    public float[] Backoffs { get; }

    /// <summary>The index of a key, or a negative number.</summary>
    public int Find(ulong key)
    {
        var bucket = (int)(key >> _shift);
        var from = _directory[bucket];
        return Array.BinarySearch(Keys, from, _directory[bucket + 1] - from, key);
    }

    /// <summary>The same table without the n-grams that are not kept.</summary>
    public NGramTable Where(NGramPacking packing, int order, bool[] kept)
    {
        var indices = new List<int>(Count);
        for (var i = 0; i < Count; i++)
            if (kept[i]) indices.Add(i);
        var table = new NGramTable(packing, order, Take(Keys, indices), Take(Counts, indices));
        for (var i = 0; i < table.Count; i++)
        {
            table.LogProbabilities[i] = LogProbabilities[indices[i]];
            table.Backoffs[i] = Backoffs[indices[i]];
        }

        return table;
    }

    private static T[] Take<T>(T[] values, List<int> indices)
    {
        var taken = new T[indices.Count];
        for (var i = 0; i < taken.Length; i++) taken[i] = values[indices[i]];
        return taken;
    }
}
