using System.Collections.Immutable;

namespace Speechmatics.Speech.Decoding;

/// <summary>What <see cref="SecondPassReader"/> made of a job.</summary>
internal readonly record struct SecondPassResult
{
    /// <summary>True: <see cref="Words"/> are what was said, perhaps nothing. False: the first pass's words stand.</summary>
    public required bool Accepted { get; init; }

    /// <summary>Why.</summary>
    public required SecondPassReason Reason { get; init; }

    /// <summary>The words in time order, with times from the start of the stream; empty when nothing was said or the reading is not accepted.</summary>
    public required ImmutableArray<RecognizedWord> Words { get; init; }

    /// <summary>Whether the utterance was read a second time, with the full padding.</summary>
    public required bool ReadTwice { get; init; }

    /// <summary>Of the last reading, the end of the text included; natural logarithm.</summary>
    public required float MeanLogProbability { get; init; }

    /// <summary>Of the last reading, 0 to 1.</summary>
    public required float NoSpeechProbability { get; init; }
}
