using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>
/// What a client asked for, in the engine's own options. The one seam between the protocol and the engine: a feature that the engine gains (custom vocabulary, formatting, the second pass) is connected here, and the
/// warning that it is absent goes.
/// </summary>
internal static class SessionSettings
{
    /// <summary>Where no end of utterance is asked for, words still become final at a pause.</summary>
    private static readonly TimeSpan UsualEndpointSilence = TimeSpan.FromSeconds(0.6);

    public static SessionOptions From(RecognitionSettings settings, SpeechServerOptions server) => new()
    {
        SampleRate = settings.RawFormat?.SampleRate ?? 16000,
        Encoding = settings.RawFormat?.Encoding ?? Speech.Audio.AudioEncoding.Pcm16,
        // partials can be switched on later; the messages are what is switched
        Partials = true,
        MaxDelay = TimeSpan.FromSeconds(settings.MaxDelay),
        EndpointSilence = settings.EndOfUtteranceSilence > 0 ? TimeSpan.FromSeconds(settings.EndOfUtteranceSilence) : UsualEndpointSilence,
        BufferDuration = server.BufferDuration,
    };

    /// <summary>What to say about <see cref="RecognitionSettings.Vocabulary"/>, or null.</summary>
    public static string? VocabularyWarning(RecognitionSettings settings) =>
        settings.Vocabulary.Count > 0 ? $"This server has no custom dictionary yet: the {settings.Vocabulary.Count} entries of \"additional_vocab\" have no effect." : null;
}
