namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>How far two texts are brought to one form before their words are compared.</summary>
internal enum Normalisation
{
    /// <summary>Lower case, no punctuation, white space folded.</summary>
    Standard,

    /// <summary>Also numbers, amounts, titles, contractions and British or American spelling.</summary>
    Full,
}
