using System.Numerics;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Counts of durations in buckets whose width grows with the value: exact below 32 µs, within 1/32 above (the layout of HdrHistogram, Tene 2012). Percentiles are a bucket's
/// upper edge, so they are never below the true value by more than a microsecond. Recording is thread-safe and allocates nothing; the difference of two copies is the histogram of the time between them.
/// </summary>
internal sealed class LogHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;

    /// <summary>2^40 µs are twelve days; what is longer counts as that.</summary>
    private const int MaxBits = 40;

    private readonly long[] _counts;

    public LogHistogram() => _counts = new long[(MaxBits - SubBits + 1) * SubBuckets];

    private LogHistogram(long[] counts) => _counts = counts;

    public long Count => _counts.Sum();

    public void Record(TimeSpan value) => Interlocked.Increment(ref _counts[Index(value.Ticks / TimeSpan.TicksPerMicrosecond)]);

    /// <summary>The value that a share of the recorded values does not exceed; null when there are none.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan? Percentile(double share)
    {
        var total = Count;
        if (total == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        for (var i = 0; i < _counts.Length; i++)
        {
            rank -= _counts[i];
            if (rank <= 0) return TimeSpan.FromMicroseconds(UpperEdge(i));
        }

        return TimeSpan.FromMicroseconds(UpperEdge(_counts.Length - 1));
    }

    /// <summary>The same as milliseconds.</summary>
    public double? Milliseconds(double share) => Percentile(share)?.TotalMilliseconds;

    public LogHistogram Copy()
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = Interlocked.Read(ref _counts[i]);
        return new LogHistogram(counts);
    }

    /// <summary>What was recorded here after <paramref name="earlier"/> was copied from it.</summary>
    public LogHistogram Since(LogHistogram earlier) => Combine(earlier, -1);

    public LogHistogram Plus(LogHistogram other) => Combine(other, 1);

    private LogHistogram Combine(LogHistogram other, int sign)
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = Interlocked.Read(ref _counts[i]) + (sign * other._counts[i]);
        return new LogHistogram(counts);
    }

    private static int Index(long microseconds)
    {
        var value = (ulong)Math.Clamp(microseconds, 0, (1L << MaxBits) - 1);
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    /// <summary>The largest value of a bucket.</summary>
    private static double UpperEdge(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        return ((long)(index - (shift * SubBuckets) + 1) << shift) - 1;
    }
}
