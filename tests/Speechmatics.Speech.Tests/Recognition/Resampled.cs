using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Tests.Audio;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>Copies of recordings at other rates by a long windowed sinc in double precision: plain, and nothing of the library's.</summary>
internal static class Resampled
{
    private const int ZeroCrossings = 128;

    /// <summary>Converts 16 kHz to <paramref name="toRate"/>.</summary>
    public static float[] From16K(float[] samples, int toRate) => Convert(samples, 16000, toRate);

    public static float[] Convert(float[] samples, int fromRate, int toRate)
    {
        // a higher rate keeps all there is; a lower one cuts off before its own end, so that nothing folds back. The cut-off is a share of the input's rate.
        var cutoff = toRate > fromRate ? 0.5 : 0.48 * toRate / fromRate;
        var half = (int)Math.Ceiling(ZeroCrossings / (2 * cutoff));
        var phases = toRate / (int)System.Numerics.BigInteger.GreatestCommonDivisor(fromRate, toRate);
        var weights = Enumerable.Range(0, phases).Select(phase => Weights((double)((long)phase * fromRate % toRate) / toRate, cutoff, half)).ToArray();
        var padded = new double[samples.Length + (2 * half) + 1];
        for (var i = 0; i < samples.Length; i++) padded[half + i] = samples[i];
        var result = new float[(long)samples.Length * toRate / fromRate];
        for (var i = 0; i < result.Length; i++)
        {
            var at = (int)((long)i * fromRate / toRate);
            result[i] = (float)TensorPrimitives.Dot<double>(weights[i % phases], padded.AsSpan(at, (2 * half) + 1));
        }

        return result;
    }

    /// <summary>A mono WAV file of 32-bit floats.</summary>
    public static byte[] WaveFile(float[] samples, int sampleRate) =>
        new WaveBytes().Chunk("fmt ", WaveBytes.Format(3, 1, sampleRate, 32)).Chunk("data", MemoryMarshal.AsBytes(samples.AsSpan()).ToArray()).File();

    /// <summary>The filter for outputs that lie <paramref name="fraction"/> of a sample after an input sample, which has the weight at <paramref name="half"/>.</summary>
    private static double[] Weights(double fraction, double cutoff, int half)
    {
        var weights = new double[(2 * half) + 1];
        for (var tap = 0; tap < weights.Length; tap++)
        {
            var x = tap - half - fraction;
            var sinc = Math.Abs(x) < 1e-9 ? 2 * cutoff : Math.Sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
            var window = Math.Abs(x) >= half ? 0 : 0.42 + (0.5 * Math.Cos(Math.PI * x / half)) + (0.08 * Math.Cos(2 * Math.PI * x / half));
            weights[tap] = sinc * window;
        }

        return weights;
    }
}
