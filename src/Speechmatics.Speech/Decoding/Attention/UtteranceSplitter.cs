using System.Numerics.Tensors;

namespace Speechmatics.Speech.Decoding;

/// <summary>Cuts utterances that are too long to be read at once, at the quietest places. Static and pure.</summary>
internal static class UtteranceSplitter
{
    /// <summary>The longest part in samples at 16 kHz: 28 s, so that two seconds of padding remain within the 30 s the model takes.</summary>
    public const int MaxPartSamples = 28 * 16000;

    /// <summary>A cut lies in the second half of what a part may hold: no part is shorter than 14 s but the last.</summary>
    private const int MinPartSamples = MaxPartSamples / 2;

    private const int StepSamples = 160;
    private const int QuietSamples = 20 * StepSamples;

    /// <summary>Where the next part of <paramref name="audio"/> ends: at its end if it is short enough, otherwise in the middle of the 200 ms with the least energy.</summary>
    /// <param name="audio">What is left of the utterance, 16 kHz.</param>
    /// <returns>The part's length in samples, at most <see cref="MaxPartSamples"/>.</returns>
    public static int NextPart(ReadOnlySpan<float> audio)
    {
        if (audio.Length <= MaxPartSamples) return audio.Length;
        var (best, bestEnergy) = (MaxPartSamples, float.PositiveInfinity);
        for (var at = MinPartSamples; at + QuietSamples <= MaxPartSamples; at += StepSamples)
        {
            var energy = TensorPrimitives.SumOfSquares(audio.Slice(at, QuietSamples));
            if (energy < bestEnergy) (best, bestEnergy) = (at + (QuietSamples / 2), energy);
        }

        return best;
    }
}
