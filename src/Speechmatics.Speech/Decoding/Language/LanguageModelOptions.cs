using System.Collections.Immutable;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>How <see cref="LanguageModelBuilder"/> estimates a model.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>The greatest number of tokens in an n-gram, 2 to 8 as the vocabulary allows (6 for up to 1022 tokens). Default 6.</summary>
    public int Order { get; init; } = 6;

    /// <summary>
    /// For each length from one token, how often an n-gram must occur to be kept; the last value holds for all greater lengths. Must start with 1 and not fall.
    /// Default: all are kept.
    /// </summary>
    public ImmutableArray<int> MinimumCounts { get; init; } = [1];

    /// <summary>
    /// N-grams whose removal raises the model's cross entropy by less than this many nats per token are dropped; 0 keeps all. Default 0. Between 1e-8 and 1e-6
    /// lie the useful values.
    /// </summary>
    public double PruneThreshold { get; init; }
}
