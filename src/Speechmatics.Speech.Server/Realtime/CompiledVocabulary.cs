using System.Collections.Immutable;
using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>A list of custom words for the engine, and the entries that the model cannot write.</summary>
internal sealed record CompiledVocabulary(CustomVocabulary? Vocabulary, ImmutableArray<string> Unspellable)
{
    public static readonly CompiledVocabulary None = new(null, []);

    /// <summary>What to say about <see cref="Unspellable"/>, or null.</summary>
    public string? Warning => Unspellable.IsEmpty
        ? null
        : $"{Unspellable.Length} entries of \"additional_vocab\" hold characters that the model cannot write and were dropped: {string.Join(", ", Unspellable.Take(5))}{(Unspellable.Length > 5 ? ", …" : "")}. Give how they are said in plain words as \"sounds_like\".";
}
