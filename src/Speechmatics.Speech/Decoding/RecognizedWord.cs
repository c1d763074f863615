using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Decoding;

/// <summary>One recognised word. Immutable; times are audio time from the first sample of the stream.</summary>
public sealed record RecognizedWord
{
    /// <summary>The word to show.</summary>
    public required string Text { get; init; }

    /// <summary>What was said, as the model writes it, where <see cref="Text"/> is a phrase of the custom vocabulary or a written form of it; else null.</summary>
    public string? SpokenForm { get; init; }

    /// <summary>What the word is besides; set in finals of sessions that format.</summary>
    public WordTags Tags { get; init; }

    /// <summary>Where the word begins.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>Where the word ends; never before <see cref="Start"/>.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>How sure the decoder is, 0 to 1: the least probability among the word's tokens.</summary>
    public required float Confidence { get; init; }
}
