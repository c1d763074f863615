using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>What each next token of a reading is worth: its log-probability among the tokens that may come, and what the custom vocabulary adds. Owned by one thread; allocates nothing.</summary>
internal sealed class TokenScores(AttentionVocabulary vocabulary)
{
    /// <summary>The natural logarithm of 0.1 %: a token less likely than that gains nothing from the vocabulary, whatever its weight. A phrase must be heard a little.</summary>
    public const float LeastBiased = -6.9f;

    private readonly float[] _terms = new float[vocabulary.EndOfText + 1];
    private bool _biased;

    /// <summary>Turns the logits of one row into scores, in place, and returns those of the tokens that are known to it, the end of the text being the last; a token that may not come has negative infinity.</summary>
    /// <param name="logits">The row's.</param>
    /// <param name="phrases">The custom vocabulary, or null.</param>
    /// <param name="state">Where the row's text stands in it.</param>
    /// <param name="first">Whether the token is the text's first.</param>
    public Span<float> Score(Span<float> logits, PhraseAutomaton? phrases, int state, bool first)
    {
        var scores = logits[.._terms.Length];
        Forbid(scores, vocabulary.Suppress.AsSpan());
        if (first) Forbid(scores, vocabulary.SuppressFirst.AsSpan());
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp<float>(scores, _terms);
        TensorPrimitives.Subtract(scores, MathF.Log(TensorPrimitives.Sum<float>(_terms)), scores);
        _biased = phrases is not null;
        if (phrases is null) return scores;
        phrases.ScoreAll(state, _terms);
        Withhold(scores, phrases, state, phrases.StartTokens);
        Withhold(scores, phrases, state, phrases.ActiveTokens(state));
        TensorPrimitives.Add(scores, _terms, scores);
        return scores;
    }

    /// <summary>The log-probability in a score of the last call of <see cref="Score"/>.</summary>
    public float LogProbability(ReadOnlySpan<float> scores, int token) => _biased ? scores[token] - _terms[token] : scores[token];

    /// <summary>Where a text stands in the vocabulary after <paramref name="token"/>.</summary>
    public static int Next(PhraseAutomaton? phrases, int state, int token, float logProbability)
    {
        if (phrases is null || logProbability < LeastBiased) return PhraseAutomaton.Root;
        phrases.Step(state, token, out var next);
        return next;
    }

    private void Withhold(ReadOnlySpan<float> scores, PhraseAutomaton phrases, int state, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
            if (scores[token] < LeastBiased) _terms[token] = phrases.Break(state, token);
    }

    private static void Forbid(Span<float> scores, ReadOnlySpan<int> ascendingIds)
    {
        foreach (var id in ascendingIds)
        {
            if (id >= scores.Length) return;
            scores[id] = float.NegativeInfinity;
        }
    }
}
