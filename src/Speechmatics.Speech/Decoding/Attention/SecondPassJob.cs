using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Decoding;

/// <summary>One utterance for <see cref="SecondPassReader"/>.</summary>
internal readonly record struct SecondPassJob
{
    public SecondPassJob()
    {
    }

    /// <summary>The utterance without padding: mono, 16 kHz, full scale at ±1, at most 30 s. Must not change during the call.</summary>
    public required ReadOnlyMemory<float> Audio { get; init; }

    /// <summary>Where the utterance begins in the stream, in samples at 16 kHz.</summary>
    public required long StartSample { get; init; }

    /// <summary>Words the first pass heard in the utterance; 0 where it is not known.</summary>
    public int FirstPassWords { get; init; }

    /// <summary>Texts followed side by side: 1 (greedy) to the reader's rows.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>The session's custom vocabulary in the model's tokens, or null.</summary>
    public PhraseAutomaton? Phrases { get; init; }
}
