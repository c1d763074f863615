using CsCheck;
using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class LogHistogramTests
{
    private static readonly Gen<long[]> Microseconds = Gen.OneOf(Gen.Long[0, 100], Gen.Long[0, 100_000], Gen.Long[0, 1L << 39]).Array[1, 200];

    [Fact]
    public void A_percentile_is_never_below_the_true_one_and_at_most_a_thirty_second_above()
    {
        Gen.Select(Microseconds, Gen.Double[0.01, 1]).Sample((values, share) =>
        {
            var histogram = Of(values);
            var expected = values.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * values.Length)) - 1);
            var actual = histogram.Percentile(share)!.Value.TotalMicroseconds;
            Assert.InRange(actual, expected, expected + (expected / 32.0));
        });
    }

    [Fact]
    public void The_difference_of_two_copies_is_the_histogram_of_what_came_between()
    {
        Gen.Select(Microseconds, Microseconds).Sample((before, after) =>
        {
            var histogram = Of(before);
            var copy = histogram.Copy();
            foreach (var value in after) histogram.Record(TimeSpan.FromMicroseconds(value));
            var between = histogram.Since(copy);
            Assert.Equal(after.Length, between.Count);
            foreach (var share in (double[])[0.1, 0.5, 0.99, 1]) Assert.Equal(Of(after).Percentile(share), between.Percentile(share));
            Assert.Equal(before.Length + after.Length, copy.Plus(between).Count);
        });
    }

    [Fact]
    public void Nothing_recorded_has_no_percentiles_and_no_value_is_out_of_range()
    {
        Assert.Null(new LogHistogram().Percentile(0.5));
        var histogram = new LogHistogram();
        histogram.Record(TimeSpan.FromSeconds(-1));
        histogram.Record(TimeSpan.MaxValue);
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.5));
        Assert.Equal(2, histogram.Count);
    }

    private static LogHistogram Of(long[] microseconds)
    {
        var histogram = new LogHistogram();
        foreach (var value in microseconds) histogram.Record(TimeSpan.FromMicroseconds(value));
        return histogram;
    }
}
