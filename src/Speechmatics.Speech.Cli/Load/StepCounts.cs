namespace Speechmatics.Speech.Cli.Load;

/// <summary>Steps of the model by batch size, and by chunk in milliseconds of audio.</summary>
internal sealed record StepCounts(SortedDictionary<int, long> Batches, SortedDictionary<double, long> ChunkMilliseconds)
{
    public double? MeanBatch => Mean(Batches.Select(b => ((double)b.Key, b.Value)));

    /// <summary>The mean over steps.</summary>
    public double? MeanChunk => Mean(ChunkMilliseconds.Select(c => (c.Key, c.Value)));

    public StepCounts Since(StepCounts earlier) => new(Subtract(Batches, earlier.Batches), Subtract(ChunkMilliseconds, earlier.ChunkMilliseconds));

    public static SortedDictionary<T, long> Subtract<T>(SortedDictionary<T, long> counts, SortedDictionary<T, long> earlier)
        where T : notnull
    {
        var result = new SortedDictionary<T, long>();
        foreach (var (key, count) in counts)
            if (count - earlier.GetValueOrDefault(key) is var more and > 0)
                result[key] = more;
        return result;
    }

    private static double? Mean(IEnumerable<(double Value, long Count)> counts)
    {
        var (sum, number) = (0.0, 0L);
        foreach (var (value, count) in counts) (sum, number) = (sum + (value * count), number + count);
        return number == 0 ? null : sum / number;
    }
}
