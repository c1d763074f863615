using System.Collections.Immutable;

namespace Speechmatics.Speech.Models;

/// <summary>The tokens of a transducer and the rules its decoders need, all read from the package.</summary>
internal sealed record TransducerVocabulary
{
    /// <summary>The piece of each token id; U+2581 at its start begins a word.</summary>
    public required ImmutableArray<string> Pieces { get; init; }

    public required int BlankId { get; init; }

    /// <summary>Tokens of context the predictor sees.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>For TDT: encoder frames that each duration logit stands for.</summary>
    public required ImmutableArray<int> Durations { get; init; }

    /// <summary>Tokens that may be emitted on one encoder frame before the decoder moves on.</summary>
    public required int MaxSymbolsPerFrame { get; init; }

    public int TokenCount => Pieces.Length;
}
