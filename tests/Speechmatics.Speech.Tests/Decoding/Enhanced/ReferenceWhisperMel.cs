using System.Numerics.Tensors;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>Whisper's log-mel by its definition, in double precision and with the Fourier transform written out: what faster ones are compared with.</summary>
internal static class ReferenceWhisperMel
{
    private static readonly double[] Window = [.. Enumerable.Range(0, 400).Select(n => 0.5 - (0.5 * Math.Cos(2 * Math.PI * n / 400)))];
    private static readonly double[][] Cosine = [.. Enumerable.Range(0, 201).Select(k => Enumerable.Range(0, 400).Select(n => Math.Cos(2 * Math.PI * n * k / 400)).ToArray())];
    private static readonly double[][] Sine = [.. Enumerable.Range(0, 201).Select(k => Enumerable.Range(0, 400).Select(n => Math.Sin(2 * Math.PI * n * k / 400)).ToArray())];
    private static readonly double[][] Filters = MakeFilters();

    /// <summary><c>[paddedSamples / 160, 80]</c>.</summary>
    public static float[] Compute(ReadOnlySpan<float> audio, int paddedSamples)
    {
        var frames = paddedSamples / 160;
        var log = new double[frames * 80];
        var power = new double[201];
        var x = new double[400];
        for (var f = 0; f < frames; f++)
        {
            for (var n = 0; n < 400; n++)
            {
                var at = (f * 160) + n - 200;
                if (at < 0) at = -at;
                if (at >= paddedSamples) at = (2 * (paddedSamples - 1)) - at;
                x[n] = at < audio.Length ? audio[at] * Window[n] : 0;
            }

            for (var k = 0; k <= 200; k++)
            {
                var re = TensorPrimitives.Dot<double>(x, Cosine[k]);
                var im = TensorPrimitives.Dot<double>(x, Sine[k]);
                power[k] = (re * re) + (im * im);
            }

            for (var m = 0; m < 80; m++)
            {
                var sum = TensorPrimitives.Dot<double>(Filters[m], power);
                log[(f * 80) + m] = Math.Log10(Math.Max(sum, 1e-10));
            }
        }

        var floor = log.Max() - 8;
        return [.. log.Select(v => (float)((Math.Max(v, floor) + 4) / 4))];
    }

    private static double[][] MakeFilters()
    {
        static double ToHz(double mel) => mel < 15 ? mel * 200 / 3 : 1000 * Math.Exp((mel - 15) * Math.Log(6.4) / 27);
        var top = 15 + (27 * Math.Log(8) / Math.Log(6.4));
        var edges = Enumerable.Range(0, 82).Select(i => ToHz(top * i / 81)).ToArray();
        return [.. Enumerable.Range(0, 80).Select(m => Enumerable.Range(0, 201).Select(k =>
        {
            var hz = k * 40.0;
            var rise = (hz - edges[m]) / (edges[m + 1] - edges[m]);
            var fall = (edges[m + 2] - hz) / (edges[m + 2] - edges[m + 1]);
            return Math.Max(0, Math.Min(rise, fall)) * 2 / (edges[m + 2] - edges[m]);
        }).ToArray())];
    }
}
