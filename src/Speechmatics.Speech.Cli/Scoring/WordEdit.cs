namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>What became of one word between the reference and the hypothesis.</summary>
internal enum WordEdit
{
    Match,
    Substitution,
    Insertion,
    Deletion,
}
