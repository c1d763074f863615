using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>The speaker has paused long enough, the utterance has reached its greatest length, or its end was forced. Follows the utterance's last final.</summary>
public sealed record EndOfUtterance : SpeechEvent
{
    /// <summary>Where the utterance's last word ends.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Why the utterance ended.</summary>
    public required EndOfUtteranceReason Reason { get; init; }

    /// <summary>
    /// The words that <see cref="SessionOptions.RemoveDisfluencies"/> left out of the utterance's finals, in time order and tagged; empty where nothing was removed.
    /// </summary>
    public ImmutableArray<RecognizedWord> RemovedWords { get; init; } = [];
}
