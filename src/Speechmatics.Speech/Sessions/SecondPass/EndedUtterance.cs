using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>An utterance that the first pass has finished and the second pass is to read.</summary>
/// <param name="Words">The first pass's words; empty where it heard none.</param>
/// <param name="StartFrame">The encoder frame of its first token, or -1 without words.</param>
/// <param name="SpeechEndFrame">The frame after its last token.</param>
/// <param name="EndFrame">The frame after the last that belongs to it: the silence behind it, the next word, or the end of the audio.</param>
/// <param name="Reason">Why it ended.</param>
internal readonly record struct EndedUtterance(ImmutableArray<RecognizedWord> Words, long StartFrame, long SpeechEndFrame, long EndFrame, EndOfUtteranceReason Reason);
