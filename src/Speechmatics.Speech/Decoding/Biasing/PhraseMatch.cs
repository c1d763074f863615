namespace Speechmatics.Speech.Decoding.Biasing;

/// <summary>Where a phrase stands in a sequence of tokens.</summary>
internal readonly record struct PhraseMatch(int FirstToken, int TokenCount, int PhraseId);
