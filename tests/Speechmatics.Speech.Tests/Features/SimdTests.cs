using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Tests.Features;

public class SimdTests
{
    [Fact]
    public void Logarithms_are_right_and_the_same_bits_at_every_width()
    {
        var values = Values();
        var logs = Log<Lanes1>(values);
        for (var i = 0; i < values.Length; i++)
        {
            var expected = Math.Log(values[i]);
            Assert.Equal(expected, logs[i], 2e-7 * Math.Max(1, Math.Abs(expected)));
        }

        Assert.Equal(logs, Log<Lanes4>(values));
        Assert.Equal(logs, Log<Lanes8>(values));
        Assert.Equal(logs, Log<Lanes16>(values));
    }

    [Fact]
    public void The_logarithm_of_what_is_not_finite_is_not_a_number()
    {
        float[] values = [float.NaN, float.PositiveInfinity, .. new float[14]];
        Assert.All(Log<Lanes1>(values)[..2], x => Assert.True(float.IsNaN(x)));
        Assert.All(Log<Lanes16>(values)[..2], x => Assert.True(float.IsNaN(x)));
    }

    [Fact]
    public void Rows_become_columns_at_every_size()
    {
        for (var rows = 1; rows <= 10; rows++)
            for (var columns = 0; columns <= 21; columns++)
                Transpose(rows, columns);
    }

    private static unsafe void Transpose(int rows, int columns)
    {
        const int SourceStride = 23;
        const int DestinationStride = 12;
        var (source, destination) = (Clip.Noise(10 * SourceStride), new float[(22 * DestinationStride) + 1]);
        destination[columns * DestinationStride] = 7;
        fixed (float* s = source, d = destination)
            Transposition.Run(s, SourceStride, rows, columns, d, DestinationStride);

        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                Assert.Equal(source[(r * SourceStride) + c], destination[(c * DestinationStride) + r]);
        Assert.Equal(7, destination[columns * DestinationStride]);
    }

    private static float[] Values()
    {
        var random = new Random(5);
        var values = new List<float>
        {
            1, MathF.BitDecrement(1), MathF.BitIncrement(1), float.MaxValue, 1.17549435e-38f, 5.9604645e-8f, 1e-10f,
            MathF.Sqrt(0.5f), MathF.Sqrt(2),
        };
        while (values.Count < 8192)
            values.Add(MathF.Exp(((float)random.NextDouble() * 170) - 85));
        while (values.Count < 16384)
            values.Add(0.5f + ((float)random.NextDouble() * 1.5f));
        return [.. values];
    }

    private static unsafe float[] Log<T>(float[] values)
        where T : unmanaged, ILanes<T>
    {
        var logs = new float[values.Length];
        fixed (float* from = values, to = logs)
            for (var i = 0; i < values.Length; i += T.Count)
                T.Store(to + i, LaneMath.Log(T.Load(from + i)));
        return logs;
    }
}
