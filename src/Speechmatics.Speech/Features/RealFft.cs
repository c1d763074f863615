namespace Speechmatics.Speech.Features;

/// <summary>
/// The power spectrum of real signals, many at once: one signal in each lane. Immutable, shared by all threads.
/// </summary>
/// <remarks>
/// A real transform of N points is one of N/2 points over the sums x[n] + x[n + N/2], which gives the even bins, and a complex one of N/4
/// points over the differences d[n] = x[n] - x[n + N/2], which gives the odd ones: with z[n] = (d[n] + i d[n + N/4]) e^(2 pi i n / N), the
/// k-th value of z's transform is X[4k + 1], and X[4k + 3] is the conjugate of another of them. So nothing is computed twice and no pass
/// separates packed halves (the real split-radix transform of Sorensen et al., 1987, with the odd part kept whole). The complex parts run
/// in radix 8, 5, 4 and 2, decimated in frequency, in place; the last stage writes |X|^2 straight to its bin, so no pass reorders. The
/// sign of the exponent is positive throughout: a power spectrum cannot tell.
/// </remarks>
internal sealed partial class RealFft
{
    public const string LengthRule = "An FFT length is a multiple of 4 with no prime factors other than 2 and 5.";

    private readonly int[] _levelTwiddles;
    private readonly Stage[] _stages;
    private readonly float[] _twiddles;
    private readonly int[] _bins;
    private readonly int _remainder;

    /// <param name="length">Points: a multiple of 4 without prime factors other than 2 and 5.</param>
    public RealFft(int length)
    {
        if (!IsSupported(length))
            throw new ArgumentOutOfRangeException(nameof(length), length, LengthRule);
        Length = length;

        var levels = new List<int>();
        var stages = new List<Stage>();
        var twiddles = new List<float>();
        var bins = new List<int>();
        var real = length;
        for (; real % 4 == 0; real /= 2)
        {
            levels.Add(twiddles.Count);
            for (var n = 0; n < real / 4; n++)
                AddTwiddle(twiddles, n, real);
        }

        _remainder = real;
        var discard = (length / 2) + 1;
        var scale = length / real;
        AddTransform(stages, twiddles, bins, real, 0, length, k => k <= real / 2 ? k * scale : discard);
        for (real = length; real > _remainder; real /= 2)
        {
            var (points, step) = (real, length / real);
            int BinOf(int k) => Math.Min((4 * k) + 1, points - (4 * k) - 1) * step;
            AddTransform(stages, twiddles, bins, points / 4, points / 2, points * 3 / 4, BinOf);
        }

        _levelTwiddles = [.. levels];
        _stages = [.. stages];
        _twiddles = [.. twiddles];
        _bins = [.. bins];
    }

    /// <summary>Real points of one signal.</summary>
    public int Length { get; }

    /// <summary>Vectors of scratch that <see cref="Power"/> needs.</summary>
    public int WorkVectors => Length + _remainder;

    /// <summary>Vectors that <see cref="Power"/> writes: bins 0 to Length / 2, and one without meaning.</summary>
    public int PowerVectors => (Length / 2) + 2;

    /// <summary>Whether an FFT of this length can be made.</summary>
    public static bool IsSupported(int length)
    {
        if (length < 4 || length % 4 != 0)
            return false;
        while (length % 2 == 0)
            length /= 2;
        while (length % 5 == 0)
            length /= 5;
        return length == 1;
    }

    private static void AddTransform(
        List<Stage> stages, List<float> twiddles, List<int> bins, int points, int re, int im, Func<int, int> binOf)
    {
        var radices = Radices(points);
        var block = points;
        foreach (var radix in radices.AsSpan(0, radices.Length - 1))
        {
            stages.Add(new(radix, false, re, im, block, points / block, twiddles.Count));
            for (var j = 0; j < block / radix; j++)
                for (var i = 1; i < radix; i++)
                    AddTwiddle(twiddles, i * j, block);
            block /= radix;
        }

        stages.Add(new(radices[^1], true, re, im, block, points / block, bins.Count));
        for (var position = 0; position < points; position++)
            bins.Add(binOf(IndexAt(position, points, radices)));
    }

    /// <summary>The radices of a complex transform's stages, the last of which runs without twiddles.</summary>
    private static int[] Radices(int points)
    {
        if (points == 1)
            return [1];
        var radices = new List<int>();
        var twos = int.TrailingZeroCount(points);
        for (var fives = points >> twos; fives > 1; fives /= 5)
            radices.Add(5);
        while (twos % 3 != 0)
        {
            // 2^1 = 2, 2^2 = 4, 2^4 = 4 * 4, the rest in eights
            radices.Add(twos == 1 ? 2 : 4);
            twos -= twos == 1 ? 1 : 2;
        }

        for (; twos > 0; twos -= 3)
            radices.Add(8);
        return [.. radices];
    }

    /// <summary>The index of the value that decimation in frequency leaves at a position.</summary>
    private static int IndexAt(int position, int points, ReadOnlySpan<int> radices)
    {
        if (radices.Length == 1)
            return position;
        var part = points / radices[0];
        return (position / part) + (radices[0] * IndexAt(position % part, part, radices[1..]));
    }

    private static void AddTwiddle(List<float> twiddles, int numerator, int denominator)
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * numerator / denominator);
        twiddles.Add((float)cos);
        twiddles.Add((float)sin);
    }

    /// <summary>One pass over a complex transform.</summary>
    /// <param name="Radix">Points of one butterfly.</param>
    /// <param name="IsLast">Whether it writes the power spectrum; else it writes in place, times its twiddles.</param>
    /// <param name="Re">First vector of the real parts.</param>
    /// <param name="Im">First vector of the imaginary parts.</param>
    /// <param name="Block">Points of one block; butterflies stay within a block.</param>
    /// <param name="Blocks">Number of blocks.</param>
    /// <param name="Table">Where the pass's twiddles, or bins if it is the last, begin.</param>
    private readonly record struct Stage(int Radix, bool IsLast, int Re, int Im, int Block, int Blocks, int Table);
}
