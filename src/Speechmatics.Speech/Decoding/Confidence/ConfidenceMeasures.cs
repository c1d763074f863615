using System.Numerics.Tensors;

namespace Speechmatics.Speech.Decoding.Confidence;

/// <summary>
/// How sure a decoder may be of a step, from the row of token logits (durations left out): 0 when every token is as likely as any other, 1 when one is certain.
/// Laptev and Ginsburg 2022, "Fast entropy-based methods of word-level confidence estimation for end-to-end ASR" (arXiv 2212.08703), as NeMo computes them.
/// </summary>
/// <remarks>Sums of floats depend on where a row lies in memory; who needs equal bits keeps <c>scratch</c> at one aligned place.</remarks>
internal static class ConfidenceMeasures
{
    /// <summary>NeMo's exponent for <see cref="TsallisEntropy"/>.</summary>
    public const float DefaultAlpha = 0.33f;

    /// <summary>Natural logarithm of one token's probability.</summary>
    public static float LogProbability(ReadOnlySpan<float> logits, int token, Span<float> scratch)
    {
        scratch = scratch[..logits.Length];
        var max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        return logits[token] - max - MathF.Log(TensorPrimitives.Sum<float>(scratch));
    }

    /// <summary>The greatest probability p, scaled so that a uniform row gives 0: (p V - 1) / (V - 1) for V tokens.</summary>
    public static float MaximumProbability(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        scratch = scratch[..logits.Length];
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        var probability = 1 / TensorPrimitives.Sum<float>(scratch);
        return Math.Clamp(((probability * logits.Length) - 1) / (logits.Length - 1), 0, 1);
    }

    /// <summary>
    /// Tsallis' entropy with exponent <paramref name="alpha"/> (0 to 1, exclusive), normalised by exponentials: with H = (1 - sum of p^a) / (1 - a) and M = exp((1 - V^(1-a)) / (1 - a)) the
    /// confidence is (exp H - M) / (1 - M).
    /// </summary>
    public static float TsallisEntropy(ReadOnlySpan<float> logits, Span<float> scratch, float alpha = DefaultAlpha)
    {
        scratch = scratch[..logits.Length];
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        var total = TensorPrimitives.Sum<float>(scratch);
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), scratch);
        TensorPrimitives.Multiply(scratch, alpha, scratch);
        TensorPrimitives.Exp<float>(scratch, scratch);
        // sum of p^a = sum of exp(a x) / (sum of exp x)^a
        var powers = TensorPrimitives.Sum<float>(scratch) / MathF.Pow(total, alpha);
        var entropy = (1 - powers) / (1 - alpha);
        var least = MathF.Exp((1 - MathF.Pow(logits.Length, 1 - alpha)) / (1 - alpha));
        return Math.Clamp((MathF.Exp(entropy) - least) / (1 - least), 0, 1);
    }
}
