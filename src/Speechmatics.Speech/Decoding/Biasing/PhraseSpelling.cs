namespace Speechmatics.Speech.Decoding.Biasing;

/// <summary>One spelling of a phrase in tokens; the weight is for each token, in nats.</summary>
internal readonly record struct PhraseSpelling(int[] Tokens, float Weight, int PhraseId);
