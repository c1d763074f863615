namespace Speechmatics.Speech.Decoding;

/// <summary>One token that a decoder found.</summary>
/// <param name="Id">The token's id in the vocabulary.</param>
/// <param name="StartFrame">The encoder frame it was emitted on, counted from the stream's start.</param>
/// <param name="DurationFrames">TDT: the encoder frames it lasts, as the model says; RNN-T, which does not say: 0.</param>
/// <param name="LogProbability">Natural logarithm of its probability among all tokens of that step, blank included; never above 0.</param>
internal readonly record struct EmittedToken(int Id, long StartFrame, int DurationFrames, float LogProbability);
