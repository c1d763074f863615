namespace Speechmatics.Speech.Models;

/// <summary>
/// The one place that says how much silence follows an utterance in the second pass: min(30, 2 ceil((seconds + 4) / 2)) seconds in all. It depends on the utterance's own
/// length alone, so that a result never depends on what it is batched with; steps of two seconds let utterances of similar length share a batch.
/// </summary>
internal static class UtterancePadding
{
    /// <summary>The longest utterance that can be read at once, in seconds.</summary>
    public const int MaxSeconds = 30;

    /// <summary>Samples per second of what the second pass reads.</summary>
    public const int SampleRate = 16000;

    /// <summary>Samples of the full padding.</summary>
    public const int MaxSamples = MaxSeconds * SampleRate;

    private const int SilenceSamples = 4 * SampleRate;
    private const int StepSamples = 2 * SampleRate;

    /// <summary>Samples to which an utterance of <paramref name="samples"/> samples (at 16 kHz) is filled up with silence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or longer than <see cref="MaxSamples"/>.</exception>
    public static int PaddedSamples(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, MaxSamples);
        return Math.Min(MaxSamples, (samples + SilenceSamples + StepSamples - 1) / StepSamples * StepSamples);
    }
}
