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
    /// </list>
    /// </summary>
    /// <param name="recognizer">The recognizer; it must outlive the client, and is not disposed with it.</param>
    /// <param name="modelId">What responses and telemetry call the model; null for <c>speechmatics-speech</c>.</param>
    public static ISpeechToTextClient AsSpeechToTextClient(this SpeechRecognizer recognizer, string? modelId = null)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        return new RecognizerSpeechToTextClient(recognizer, modelId ?? "speechmatics-speech");
    }
}
