using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Beam;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>What every session's step needs: the rules, the logits of this round, working memory. Belongs to one thread.</summary>
/// <remarks>Sums run over memory that is always the same and aligned: sums of floats must not depend on where a row lay.</remarks>
internal sealed class DecoderStep(ITransducerNetwork network, TransducerVocabulary vocabulary, TransducerHead head)
{
    private readonly PinnedBuffer<float> _sums = new(vocabulary.TokenCount);

    public TransducerVocabulary Vocabulary => vocabulary;

    /// <summary>Whether the joiner gives durations.</summary>
    public bool HasDurations { get; } = head == TransducerHead.Tdt;

    /// <summary>One float for each token, for scores.</summary>
    public float[] Scores { get; } = new float[vocabulary.TokenCount];

    /// <summary>One float for each token, for the parts of scores.</summary>
    public float[] Terms { get; } = new float[vocabulary.TokenCount];

    /// <summary>The logarithms of the durations' probabilities.</summary>
    public float[] Durations { get; } = new float[Math.Max(1, vocabulary.Durations.Length)];

    public List<BeamCandidate> Candidates { get; } = [];

    public ReadOnlySpan<float> TokenLogits(int row) => network.Logits(row)[..vocabulary.TokenCount];

    public ReadOnlySpan<float> DurationLogits(int row) => network.Logits(row)[vocabulary.TokenCount..];

    /// <summary>Encoder frames from a token to the next step: a step that neither moves nor may emit again would repeat itself for ever.</summary>
    public int FramesAfter(int duration, bool isBlank, int symbolsOnFrame) =>
        duration == 0 && (isBlank || symbolsOnFrame >= vocabulary.MaxSymbolsPerFrame) ? 1 : duration;

    /// <summary>Natural logarithm of a token's probability, or of its confidence by another measure; never above 0.</summary>
    public float LogConfidence(ReadOnlySpan<float> logits, int token, ConfidenceMeasure measure)
    {
        var sums = _sums.Span(0, logits.Length);
        if (measure == ConfidenceMeasure.TsallisEntropy) return MathF.Log(Math.Max(ConfidenceMeasures.TsallisEntropy(logits, sums), 1e-9f));
        TensorPrimitives.Subtract(logits, logits[token], sums);
        TensorPrimitives.Exp(sums, sums);
        return -MathF.Log(TensorPrimitives.Sum<float>(sums));
    }

    /// <summary>The logarithm of the sum of exponentials.</summary>
    public float LogSum(ReadOnlySpan<float> logits)
    {
        var sums = _sums.Span(0, logits.Length);
        var max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, sums);
        TensorPrimitives.Exp(sums, sums);
        return max + MathF.Log(TensorPrimitives.Sum<float>(sums));
    }
}
