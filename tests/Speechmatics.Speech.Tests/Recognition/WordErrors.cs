using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>Word errors summed over clips.</summary>
internal sealed class WordErrors
{
    public int Errors { get; private set; }

    public int Words { get; private set; }

    /// <summary>Per cent.</summary>
    public double Rate => 100.0 * Errors / Words;

    public static int Between(string reference, string hypothesis) => WordAligner.Align(
        TextNormaliser.Words(reference, Normalisation.Standard),
        TextNormaliser.Words(hypothesis, Normalisation.Standard)).Count(pair => pair.Reference != pair.Hypothesis);

    public void Add(string reference, string hypothesis)
    {
        Words += TextNormaliser.Words(reference, Normalisation.Standard).Count;
        Errors += Between(reference, hypothesis);
    }
}
