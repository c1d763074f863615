using Microsoft.Extensions.AI;
using Speechmatics.Speech.Recognition;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>Gives a recognizer the face of Microsoft.Extensions.AI.</summary>
public static class SpeechRecognizerExtensions
{
    /// <summary>
    /// A client over the recognizer. Thread-safe: each call is a session of the recognizer's pool. The audio is a WAV stream; or raw PCM16 mono, where <see cref="SpeechToTextOptions.SpeechSampleRate"/> is set and the stream
    /// does not begin with a WAV header. The caller's stream is never disposed.
    /// <list type="bullet">
    /// <item>Finals come as <see cref="SpeechToTextResponseUpdateKind.TextUpdated"/> and hold only what is new, with the space before it: joined they are the transcript.</item>
    /// <item>Partials come as <see cref="SpeechToTextResponseUpdateKind.TextUpdating"/> with a <see cref="PartialTranscriptContent"/>, which is no text to the helpers that join updates.</item>
    /// <item><c>RawRepresentation</c> is the event itself, with typed words, times and confidences; of a whole response it is the list of finals.</item>
    /// <item><see cref="SpeechToTextOptions.RawRepresentationFactory"/> may give the <c>SessionOptions</c> to use; without it recognitions are enhanced where the pool has the second model.</item>
    /// </list>
    /// </summary>
    /// <param name="recognizer">The recognizer; it must outlive the client, and is not disposed with it.</param>
    /// <param name="modelId">What responses and telemetry call the model; null for <c>speechmatics-speech</c>.</param>
    public static ISpeechToTextClient AsSpeechToTextClient(this SpeechRecognizer recognizer, string? modelId = null)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        return new RecognizerSpeechToTextClient(recognizer, modelId ?? "speechmatics-speech");
    }

    /// <summary>
    /// A client for live audio over the recognizer. Thread-safe: each session is one of the recognizer's pool, and ends by being disposed. Sessions are transcriptions: <see cref="RealtimeSessionOptions.SessionKind"/> must
    /// say so. Audio is appended as <c>audio/pcm</c> (16-bit), <c>audio/pcmu</c> or <c>audio/pcma</c> at the rate of <see cref="RealtimeSessionOptions.InputAudioFormat"/>, 16 kHz PCM without it.
    /// <list type="bullet">
    /// <item>Finals come as <see cref="RealtimeServerMessageType.InputAudioTranscriptionCompleted"/>, those of one utterance with the same item id.</item>
    /// <item>Everything else (partials, ends of utterances, notices) comes as <see cref="RealtimeServerMessageType.RawContentOnly"/> with the event in <c>RawRepresentation</c>: the contract's deltas add to each other, a partial replaces the one before.</item>
    /// <item>A commit of the audio ends the utterance at once. With voice activity detection switched off in the options nothing else does.</item>
    /// <item><see cref="RealtimeSessionOptions.RawRepresentationFactory"/> may give the <c>SessionOptions</c> to use.</item>
    /// </list>
    /// </summary>
    /// <param name="recognizer">The recognizer; it must outlive the client, and is not disposed with it.</param>
    /// <param name="modelId">The beginning of item ids; null for <c>speechmatics-speech</c>.</param>
    public static IRealtimeClient AsRealtimeClient(this SpeechRecognizer recognizer, string? modelId = null)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        return new RecognizerRealtimeClient(recognizer, modelId ?? "speechmatics-speech");
    }
}
