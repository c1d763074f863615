using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Features;

/// <summary>Log-mel frames by the definition, in double precision, with a plain sum for each bin of the spectrum. Slow.</summary>
internal static class LogMelReference
{
    public static float[] Frames(LogMelOptions options, ReadOnlySpan<float> samples)
    {
        var (hop, size, fft) = (options.HopSamples, options.WindowSamples, options.FftSamples);
        var signal = new double[samples.Length];
        for (var n = 0; n < samples.Length; n++)
            signal[n] = samples[n] - (n == 0 ? 0 : options.PreEmphasis * (double)samples[n - 1]);

        var count = options.Centred ? samples.Length / hop : samples.Length < size ? 0 : ((samples.Length - size) / hop) + 1;
        var filters = new MelFilterBank(options.Bins, fft, options.SampleRate, options.LowHz, options.HighHz);
        var frames = new float[count * options.Bins];
        var windowed = new double[size];
        var power = new double[(fft / 2) + 1];
        for (var t = 0; t < count; t++)
        {
            var start = (t * hop) - (options.Centred ? size / 2 : 0);
            for (var i = 0; i < size; i++)
            {
                var sample = start + i >= 0 && start + i < signal.Length ? signal[start + i] : 0;
                var period = options.Window == WindowKind.HannSymmetric ? size - 1 : size;
                windowed[i] = sample * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / period)));
            }

            Power(windowed, fft, power);
            for (var m = 0; m < options.Bins; m++)
            {
                var mel = 0.0;
                for (var k = 0; k < power.Length; k++)
                    mel += filters.Weight(m, k) * power[k];
                frames[(t * options.Bins) + m] = (float)Math.Log(mel + options.LogGuard);
            }
        }

        return frames;
    }

    /// <summary>|X|^2 of the bins 0 to fft / 2.</summary>
    public static void Power(ReadOnlySpan<double> signal, int fft, Span<double> power)
    {
        var turns = new (double Sin, double Cos)[fft];
        for (var n = 0; n < fft; n++)
            turns[n] = Math.SinCos(2 * Math.PI * n / fft);
        for (var k = 0; k <= fft / 2; k++)
        {
            var (re, im) = (0.0, 0.0);
            for (var n = 0; n < signal.Length; n++)
            {
                var (sin, cos) = turns[(int)((long)n * k % fft)];
                re += signal[n] * cos;
                im += signal[n] * sin;
            }

            power[k] = (re * re) + (im * im);
        }
    }
}
