using System.Runtime.CompilerServices;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Features;

internal sealed partial class RealFft
{
    private const float HalfRoot = 0.70710678118654752f;
    private const float Cos1Of5 = 0.30901699437494742f;
    private const float Cos2Of5 = -0.80901699437494742f;
    private const float Sin1Of5 = 0.95105651629515357f;
    private const float Sin2Of5 = 0.58778525229247313f;

    /// <summary>What becomes of a butterfly's i-th result.</summary>
    private unsafe interface IResult
    {
        static abstract void Write<T>(
            int i, T re, T im, float* atRe, float* atIm, nint stride, float* twiddles, float* power, int* bins)
            where T : unmanaged, ILanes<T>;
    }

    /// <summary>Computes |X|^2 of one signal in each lane.</summary>
    /// <param name="input">Where the input vectors lie.</param>
    /// <param name="offsets">For each of the <see cref="Length"/> points where its vector is in <paramref name="input"/>, in floats.</param>
    /// <param name="window">For each point what it is multiplied by.</param>
    /// <param name="work"><see cref="WorkVectors"/> vectors of scratch.</param>
    /// <param name="power">Takes <see cref="PowerVectors"/> vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Power<T>(float* input, int* offsets, float* window, float* work, float* power)
        where T : unmanaged, ILanes<T>
    {
        fixed (float* twiddles = _twiddles)
        fixed (int* bins = _bins)
        {
            FirstLevel<T>(input, offsets, window, work, Length / 4, twiddles);
            for (var level = 1; level < _levelTwiddles.Length; level++)
                Level<T>(work, (Length >> level) / 4, twiddles + _levelTwiddles[level]);
            new Span<float>(work + (Length * T.Count), _remainder * T.Count).Clear();

            foreach (ref readonly var stage in _stages.AsSpan())
            {
                var re = work + (stage.Re * T.Count);
                var im = work + (stage.Im * T.Count);
                if (stage.IsLast)
                    Run<T, ToPower>(in stage, re, im, twiddles, power, bins + stage.Table);
                else
                    Run<T, InPlace>(in stage, re, im, twiddles + stage.Table, power, bins);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void FirstLevel<T>(float* input, int* offsets, float* window, float* work, int quarter, float* twiddles)
        where T : unmanaged, ILanes<T>
    {
        for (var n = 0; n < quarter; n++)
        {
            var x0 = T.Load(input + offsets[n]) * T.Broadcast(window[n]);
            var x1 = T.Load(input + offsets[n + quarter]) * T.Broadcast(window[n + quarter]);
            var x2 = T.Load(input + offsets[n + (2 * quarter)]) * T.Broadcast(window[n + (2 * quarter)]);
            var x3 = T.Load(input + offsets[n + (3 * quarter)]) * T.Broadcast(window[n + (3 * quarter)]);
            Split(x0, x1, x2, x3, work + (n * T.Count), quarter * T.Count, twiddles + (2 * n));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Level<T>(float* work, int quarter, float* twiddles)
        where T : unmanaged, ILanes<T>
    {
        nint stride = quarter * T.Count;
        for (var n = 0; n < quarter; n++)
        {
            var at = work + (n * T.Count);
            Split(T.Load(at), T.Load(at + stride), T.Load(at + (2 * stride)), T.Load(at + (3 * stride)), at, stride, twiddles + (2 * n));
        }
    }

    /// <summary>The sums go to the lower half, the differences as rotated complex numbers to the upper, real parts first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Split<T>(T x0, T x1, T x2, T x3, float* at, nint stride, float* twiddle)
        where T : unmanaged, ILanes<T>
    {
        T.Store(at, x0 + x2);
        T.Store(at + stride, x1 + x3);
        var (re, im) = (x0 - x2, x1 - x3);
        var (cos, sin) = (T.Broadcast(twiddle[0]), T.Broadcast(twiddle[1]));
        T.Store(at + (2 * stride), (re * cos) - (im * sin));
        T.Store(at + (3 * stride), (re * sin) + (im * cos));
    }

    private static unsafe void Run<T, TResult>(in Stage stage, float* re, float* im, float* twiddles, float* power, int* bins)
        where T : unmanaged, ILanes<T>
        where TResult : struct, IResult
    {
        switch (stage.Radix)
        {
            case 8:
                Radix8<T, TResult>(re, im, stage.Block, stage.Blocks, twiddles, power, bins);
                break;
            case 5:
                Radix5<T, TResult>(re, im, stage.Block, stage.Blocks, twiddles, power, bins);
                break;
            case 4:
                Radix4<T, TResult>(re, im, stage.Block, stage.Blocks, twiddles, power, bins);
                break;
            case 2:
                Radix2<T, TResult>(re, im, stage.Block, stage.Blocks, twiddles, power, bins);
                break;
            default:
                TResult.Write(0, T.Load(re), T.Load(im), re, im, 0, twiddles, power, bins);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Radix2<T, TResult>(float* re, float* im, int block, int blocks, float* twiddles, float* power, int* bins)
        where T : unmanaged, ILanes<T>
        where TResult : struct, IResult
    {
        var part = block / 2;
        nint stride = part * T.Count;
        for (var b = 0; b < blocks; b++, re += stride, im += stride, bins += block)
        {
            var twiddle = twiddles;
            for (var j = 0; j < part; j++, re += T.Count, im += T.Count, twiddle += 2)
            {
                var (r0, r1) = (T.Load(re), T.Load(re + stride));
                var (i0, i1) = (T.Load(im), T.Load(im + stride));
                TResult.Write(0, r0 + r1, i0 + i1, re, im, stride, twiddle, power, bins);
                TResult.Write(1, r0 - r1, i0 - i1, re, im, stride, twiddle, power, bins);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Radix4<T, TResult>(float* re, float* im, int block, int blocks, float* twiddles, float* power, int* bins)
        where T : unmanaged, ILanes<T>
        where TResult : struct, IResult
    {
        var part = block / 4;
        nint stride = part * T.Count;
        for (var b = 0; b < blocks; b++, re += 3 * stride, im += 3 * stride, bins += block)
        {
            var twiddle = twiddles;
            for (var j = 0; j < part; j++, re += T.Count, im += T.Count, twiddle += 6)
            {
                var (r0, r1, r2, r3) = (T.Load(re), T.Load(re + stride), T.Load(re + (2 * stride)), T.Load(re + (3 * stride)));
                var (i0, i1, i2, i3) = (T.Load(im), T.Load(im + stride), T.Load(im + (2 * stride)), T.Load(im + (3 * stride)));
                var (sr0, sr1, dr0, dr1) = (r0 + r2, r1 + r3, r0 - r2, r1 - r3);
                var (si0, si1, di0, di1) = (i0 + i2, i1 + i3, i0 - i2, i1 - i3);
                TResult.Write(0, sr0 + sr1, si0 + si1, re, im, stride, twiddle, power, bins);
                TResult.Write(1, dr0 - di1, di0 + dr1, re, im, stride, twiddle, power, bins);
                TResult.Write(2, sr0 - sr1, si0 - si1, re, im, stride, twiddle, power, bins);
                TResult.Write(3, dr0 + di1, di0 - dr1, re, im, stride, twiddle, power, bins);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Radix5<T, TResult>(float* re, float* im, int block, int blocks, float* twiddles, float* power, int* bins)
        where T : unmanaged, ILanes<T>
        where TResult : struct, IResult
    {
        var part = block / 5;
        nint stride = part * T.Count;
        var (cos1, cos2) = (T.Broadcast(Cos1Of5), T.Broadcast(Cos2Of5));
        var (sin1, sin2) = (T.Broadcast(Sin1Of5), T.Broadcast(Sin2Of5));
        for (var b = 0; b < blocks; b++, re += 4 * stride, im += 4 * stride, bins += block)
        {
            var twiddle = twiddles;
            for (var j = 0; j < part; j++, re += T.Count, im += T.Count, twiddle += 8)
            {
                var (r0, r1, r2) = (T.Load(re), T.Load(re + stride), T.Load(re + (2 * stride)));
                var (r3, r4) = (T.Load(re + (3 * stride)), T.Load(re + (4 * stride)));
                var (i0, i1, i2) = (T.Load(im), T.Load(im + stride), T.Load(im + (2 * stride)));
                var (i3, i4) = (T.Load(im + (3 * stride)), T.Load(im + (4 * stride)));
                var (sr1, sr2, dr1, dr2) = (r1 + r4, r2 + r3, r1 - r4, r2 - r3);
                var (si1, si2, di1, di2) = (i1 + i4, i2 + i3, i1 - i4, i2 - i3);
                var (mr1, mr2) = (r0 + (sr1 * cos1) + (sr2 * cos2), r0 + (sr1 * cos2) + (sr2 * cos1));
                var (mi1, mi2) = (i0 + (si1 * cos1) + (si2 * cos2), i0 + (si1 * cos2) + (si2 * cos1));
                var (nr1, nr2) = ((dr1 * sin1) + (dr2 * sin2), (dr1 * sin2) - (dr2 * sin1));
                var (ni1, ni2) = ((di1 * sin1) + (di2 * sin2), (di1 * sin2) - (di2 * sin1));
                TResult.Write(0, r0 + sr1 + sr2, i0 + si1 + si2, re, im, stride, twiddle, power, bins);
                TResult.Write(1, mr1 - ni1, mi1 + nr1, re, im, stride, twiddle, power, bins);
                TResult.Write(2, mr2 - ni2, mi2 + nr2, re, im, stride, twiddle, power, bins);
                TResult.Write(3, mr2 + ni2, mi2 - nr2, re, im, stride, twiddle, power, bins);
                TResult.Write(4, mr1 + ni1, mi1 - nr1, re, im, stride, twiddle, power, bins);
            }
        }
    }

    /// <summary>A radix-2 butterfly whose halves are radix-4 ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Radix8<T, TResult>(float* re, float* im, int block, int blocks, float* twiddles, float* power, int* bins)
        where T : unmanaged, ILanes<T>
        where TResult : struct, IResult
    {
        var part = block / 8;
        nint stride = part * T.Count;
        var half = T.Broadcast(HalfRoot);
        for (var b = 0; b < blocks; b++, re += 7 * stride, im += 7 * stride, bins += block)
        {
            var twiddle = twiddles;
            for (var j = 0; j < part; j++, re += T.Count, im += T.Count, twiddle += 14)
            {
                var (r0, r4, i0, i4) = (T.Load(re), T.Load(re + (4 * stride)), T.Load(im), T.Load(im + (4 * stride)));
                var (r2, r6) = (T.Load(re + (2 * stride)), T.Load(re + (6 * stride)));
                var (i2, i6) = (T.Load(im + (2 * stride)), T.Load(im + (6 * stride)));
                var (ar0, ai0, br0, bi0) = (r0 + r4, i0 + i4, r0 - r4, i0 - i4);
                var (ar2, ai2, br2, bi2) = (r2 + r6, i2 + i6, r2 - r6, i2 - i6);
                var (r1, r5, i1, i5) = (T.Load(re + stride), T.Load(re + (5 * stride)), T.Load(im + stride), T.Load(im + (5 * stride)));
                var (r3, r7) = (T.Load(re + (3 * stride)), T.Load(re + (7 * stride)));
                var (i3, i7) = (T.Load(im + (3 * stride)), T.Load(im + (7 * stride)));
                var (ar1, ai1, br1, bi1) = (r1 + r5, i1 + i5, r1 - r5, i1 - i5);
                var (ar3, ai3, br3, bi3) = (r3 + r7, i3 + i7, r3 - r7, i3 - i7);

                var (sr0, si0, dr0, di0) = (ar0 + ar2, ai0 + ai2, ar0 - ar2, ai0 - ai2);
                var (sr1, si1, dr1, di1) = (ar1 + ar3, ai1 + ai3, ar1 - ar3, ai1 - ai3);
                TResult.Write(0, sr0 + sr1, si0 + si1, re, im, stride, twiddle, power, bins);
                TResult.Write(2, dr0 - di1, di0 + dr1, re, im, stride, twiddle, power, bins);
                TResult.Write(4, sr0 - sr1, si0 - si1, re, im, stride, twiddle, power, bins);
                TResult.Write(6, dr0 + di1, di0 - dr1, re, im, stride, twiddle, power, bins);

                // b1 turns by 1/8, b2 by 2/8, b3 by 3/8; b3 is left half a turn short, so its sums and differences change places
                var (cr1, ci1) = ((br1 - bi1) * half, (br1 + bi1) * half);
                var (cr3, ci3) = ((br3 + bi3) * half, (bi3 - br3) * half);
                var (tr0, ti0, ur0, ui0) = (br0 - bi2, bi0 + br2, br0 + bi2, bi0 - br2);
                var (tr1, ti1, ur1, ui1) = (cr1 - cr3, ci1 - ci3, cr1 + cr3, ci1 + ci3);
                TResult.Write(1, tr0 + tr1, ti0 + ti1, re, im, stride, twiddle, power, bins);
                TResult.Write(3, ur0 - ui1, ui0 + ur1, re, im, stride, twiddle, power, bins);
                TResult.Write(5, tr0 - tr1, ti0 - ti1, re, im, stride, twiddle, power, bins);
                TResult.Write(7, ur0 + ui1, ui0 - ur1, re, im, stride, twiddle, power, bins);
            }
        }
    }

    /// <summary>Back to its place, times its twiddle.</summary>
    private readonly struct InPlace : IResult
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static unsafe void Write<T>(
            int i, T re, T im, float* atRe, float* atIm, nint stride, float* twiddles, float* power, int* bins)
            where T : unmanaged, ILanes<T>
        {
            if (i == 0)
            {
                T.Store(atRe, re);
                T.Store(atIm, im);
                return;
            }

            var (cos, sin) = (T.Broadcast(twiddles[(2 * i) - 2]), T.Broadcast(twiddles[(2 * i) - 1]));
            T.Store(atRe + (i * stride), (re * cos) - (im * sin));
            T.Store(atIm + (i * stride), (re * sin) + (im * cos));
        }
    }

    /// <summary>|X|^2 to its bin.</summary>
    private readonly struct ToPower : IResult
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static unsafe void Write<T>(
            int i, T re, T im, float* atRe, float* atIm, nint stride, float* twiddles, float* power, int* bins)
            where T : unmanaged, ILanes<T> =>
            T.Store(power + ((nint)bins[i] * T.Count), (re * re) + (im * im));
    }
}
