using System.Runtime.CompilerServices;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Features;

/// <summary>
/// Triangular filters, evenly spaced on Slaney's mel scale and of equal area, kept as the few weights that are not zero. Immutable.
/// </summary>
/// <remarks>Slaney, Auditory Toolbox, 1998: linear with 200/3 Hz a mel below 1 kHz, above it ln(6.4) / 27 a mel. Computed in double
/// precision and rounded once, as librosa does.</remarks>
internal sealed class MelFilterBank
{
    private const double HzPerMel = 200.0 / 3;
    private const double LogFromHz = 1000;
    private const double LogFromMel = LogFromHz / HzPerMel;
    private static readonly double LogStep = Math.Log(6.4) / 27;

    private readonly int[] _firstBins;
    private readonly int[] _firstWeights;
    private readonly float[] _weights;

    /// <param name="filters">Number of filters.</param>
    /// <param name="fftSamples">Points of the transform whose power spectrum is filtered.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="lowHz">Where the first filter begins.</param>
    /// <param name="highHz">Where the last filter ends: at most half the sample rate.</param>
    public MelFilterBank(int filters, int fftSamples, int sampleRate, double lowHz, double highHz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampleRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(filters);
        ArgumentOutOfRangeException.ThrowIfNegative(lowHz);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(highHz, lowHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(highHz, sampleRate / 2.0);
        var edges = new double[filters + 2];
        var (lowMel, highMel) = (ToMel(lowHz), ToMel(highHz));
        for (var i = 0; i < edges.Length; i++)
            edges[i] = ToHz(lowMel + ((highMel - lowMel) * i / (filters + 1)));

        _firstBins = new int[filters];
        _firstWeights = new int[filters + 1];
        var weights = new List<float>();
        for (var m = 0; m < filters; m++)
        {
            var (low, centre, high) = (edges[m], edges[m + 1], edges[m + 2]);
            for (var bin = 0; bin <= fftSamples / 2; bin++)
            {
                var hz = (double)bin * sampleRate / fftSamples;
                var weight = Math.Min((hz - low) / (centre - low), (high - hz) / (high - centre)) * 2 / (high - low);
                if (weight <= 0)
                    continue;
                if (weights.Count == _firstWeights[m])
                    _firstBins[m] = bin;
                weights.Add((float)weight);
            }

            _firstWeights[m + 1] = weights.Count;
        }

        _weights = [.. weights];
    }

    /// <summary>Number of filters.</summary>
    public int Filters => _firstBins.Length;

    /// <summary>Writes log(max(filtered power, floor) + guard) * scale of each filter.</summary>
    /// <param name="power">A vector for each bin of the spectrum.</param>
    /// <param name="mel">Takes a vector for each filter.</param>
    /// <param name="compression">What follows the filters.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Apply<T>(float* power, float* mel, LogCompression compression)
        where T : unmanaged, ILanes<T>
    {
        var (floor, guard, scale) = (T.Broadcast(compression.Floor), T.Broadcast(compression.Guard), T.Broadcast(compression.Scale));
        fixed (float* weights = _weights)
        {
            for (var m = 0; m < _firstBins.Length; m++)
            {
                var from = power + ((nint)_firstBins[m] * T.Count);
                var weight = weights + _firstWeights[m];
                var end = weights + _firstWeights[m + 1];
                var (even, odd) = (T.Broadcast(0), T.Broadcast(0));
                for (; weight + 1 < end; weight += 2, from += 2 * T.Count)
                {
                    even += T.Load(from) * T.Broadcast(weight[0]);
                    odd += T.Load(from + T.Count) * T.Broadcast(weight[1]);
                }

                if (weight < end)
                    even += T.Load(from) * T.Broadcast(weight[0]);
                T.Store(mel + ((nint)m * T.Count), LaneMath.Log(T.Max(even + odd, floor) + guard) * scale);
            }
        }
    }

    /// <summary>The weight of one filter at one bin of the spectrum.</summary>
    public float Weight(int filter, int bin)
    {
        var index = bin - _firstBins[filter];
        return index >= 0 && index < _firstWeights[filter + 1] - _firstWeights[filter] ? _weights[_firstWeights[filter] + index] : 0;
    }

    private static double ToMel(double hz) => hz < LogFromHz ? hz / HzPerMel : LogFromMel + (Math.Log(hz / LogFromHz) / LogStep);

    private static double ToHz(double mel) => mel < LogFromMel ? mel * HzPerMel : LogFromHz * Math.Exp(LogStep * (mel - LogFromMel));
}
