namespace Speechmatics.Speech.Decoding;

/// <summary>What a bias adds to one logit, in natural logarithm units.</summary>
internal readonly record struct TokenBonus(int Token, float Bonus);
