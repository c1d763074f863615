namespace Speechmatics.Speech.Decoding.Confidence;

/// <summary>What a word's confidence says.</summary>
public enum ConfidenceMeasure
{
    /// <summary>The probability that the model gave to the word's least probable token.</summary>
    Probability,

    /// <summary>
    /// How little the model hesitated between tokens: Tsallis' entropy with exponent 1/3, normalised to 0..1, of the word's least certain token
    /// (Laptev and Ginsburg 2022, arXiv 2212.08703).
    /// </summary>
    TsallisEntropy,
}
