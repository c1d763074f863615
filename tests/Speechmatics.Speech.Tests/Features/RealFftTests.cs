using Speechmatics.Speech.Features;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Tests.Features;

public class RealFftTests
{
    public static TheoryData<int> Lengths =>
        [4, 8, 16, 20, 32, 40, 64, 80, 100, 128, 200, 256, 320, 400, 500, 512, 640, 1000, 1024, 2000, 2048, 4096];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_power_spectrum_is_that_of_the_plain_sum_and_the_same_bits_at_every_width(int length)
    {
        var scalar = Power<Lanes1>(length);
        for (var lane = 0; lane < 2; lane++)
        {
            var signal = Signal(length, lane);
            var expected = new double[(length / 2) + 1];
            LogMelReference.Power(Array.ConvertAll(signal, x => (double)x), length, expected);
            var energy = expected.Sum();
            for (var k = 0; k <= length / 2; k++)
                Assert.Equal(expected[k], scalar[lane][k], 1e-6 * energy);
        }

        Assert.Equal(scalar, Power<Lanes4>(length));
        Assert.Equal(scalar, Power<Lanes8>(length));
        Assert.Equal(scalar, Power<Lanes16>(length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(402)]
    [InlineData(448)]
    public void Other_lengths_are_refused(int length) => Assert.Throws<ArgumentOutOfRangeException>("length", () => new RealFft(length));

    [Fact]
    public void Weights_and_places_of_the_points_are_the_callers()
    {
        // the points backwards, the upper half weighted with zero
        var (offsets, window) = (new int[64], new float[64]);
        for (var n = 0; n < 64; n++)
            (offsets[n], window[n]) = (63 - n, n < 32 ? 2 : 0);
        var signal = Signal(64, 0);
        var expected = new double[33];
        LogMelReference.Power(Array.ConvertAll(signal[32..], x => 2.0 * x), 64, expected);
        var power = Run<Lanes1>(new RealFft(64), signal, offsets, window);
        Clip.AssertClose(Array.ConvertAll(expected, x => (float)x), power.AsSpan(0, 33), 1e-3f);
    }

    private static float[] Signal(int length, int lane) => Clip.Noise(length + (lane * 8192))[..length];

    /// <summary>The spectra of 16 signals, a row each.</summary>
    private static float[][] Power<T>(int length)
        where T : unmanaged, ILanes<T>
    {
        var fft = new RealFft(length);
        var rows = new float[16][];
        for (var first = 0; first < rows.Length; first += T.Count)
        {
            var input = new float[length * T.Count];
            for (var lane = 0; lane < T.Count; lane++)
            {
                var signal = Signal(length, first + lane);
                for (var n = 0; n < length; n++)
                    input[(n * T.Count) + lane] = signal[n];
            }

            var window = new float[length];
            window.AsSpan().Fill(1);
            var power = Run<T>(fft, input, [.. Enumerable.Range(0, length).Select(n => n * T.Count)], window);
            for (var lane = 0; lane < T.Count; lane++)
                rows[first + lane] = [.. Enumerable.Range(0, (length / 2) + 1).Select(k => power[(k * T.Count) + lane])];
        }

        return rows;
    }

    private static unsafe float[] Run<T>(RealFft fft, float[] input, int[] offsets, float[] window)
        where T : unmanaged, ILanes<T>
    {
        var (work, power) = (new float[fft.WorkVectors * T.Count], new float[fft.PowerVectors * T.Count]);
        fixed (float* i = input, w = window, scratch = work, p = power)
        fixed (int* o = offsets)
            fft.Power<T>(i, o, w, scratch, p);
        return power;
    }
}
