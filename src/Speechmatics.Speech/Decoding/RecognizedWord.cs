namespace Speechmatics.Speech.Decoding;

/// <summary>One recognised word. Immutable; times are audio time from the first sample of the stream.</summary>
public sealed record RecognizedWord
{
    /// <summary>The word as the model writes it.</summary>
    public required string Text { get; init; }

    /// <summary>Where the word begins.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>Where the word ends; never before <see cref="Start"/>.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>How sure the decoder is, 0 to 1: the least probability among the word's tokens.</summary>
    public required float Confidence { get; init; }
}
