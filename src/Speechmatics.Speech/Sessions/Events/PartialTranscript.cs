using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>Words that may still change. A partial covers only what follows the last final and replaces the partial before it.</summary>
public sealed record PartialTranscript : SpeechEvent
{
    /// <summary>The words, joined with single spaces.</summary>
    public required string Text { get; init; }

    /// <summary>The words in time order; never empty.</summary>
    public required ImmutableArray<RecognizedWord> Words { get; init; }

    /// <summary>How many of the first words are stable: two readings of the second pass agree on them. Always 0 for sessions without refined partials.</summary>
    public int StableWords { get; init; }

    /// <summary>Where the first word begins.</summary>
    public TimeSpan Start => Words[0].Start;

    /// <summary>Where the last word ends.</summary>
    public TimeSpan End => Words[^1].End;
}
