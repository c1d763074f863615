namespace Speechmatics.Speech.Decoding;

/// <summary>One utterance for <see cref="SecondPassReader"/>.</summary>
internal readonly record struct SecondPassJob
{
    /// <summary>The utterance without padding: mono, 16 kHz, full scale at ±1, at most 30 s. Must not change during the call.</summary>
    public required ReadOnlyMemory<float> Audio { get; init; }

    /// <summary>Where the utterance begins in the stream, in samples at 16 kHz.</summary>
    public required long StartSample { get; init; }

    /// <summary>Words the first pass heard in the utterance; 0 where it is not known.</summary>
    public int FirstPassWords { get; init; }

    /// <summary>The session's custom vocabulary, or null.</summary>
    public ITokenBias? Bias { get; init; }
}
