using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>What a client asked for, in the engine's own options.</summary>
internal static class SessionSettings
{
    /// <summary>Where no end of utterance is asked for, words still become final at a pause.</summary>
    private static readonly TimeSpan UsualEndpointSilence = TimeSpan.FromSeconds(0.6);

    public static SessionOptions From(RecognitionSettings settings, SpeechServerOptions server, CustomVocabulary? vocabulary) => new()
    {
        SampleRate = settings.RawFormat?.SampleRate ?? 16000,
        Encoding = settings.RawFormat?.Encoding ?? Speech.Audio.AudioEncoding.Pcm16,
        OperatingPoint = settings.Enhanced ? OperatingPoint.Enhanced : OperatingPoint.Standard,
        // partials can be switched on later; the messages are what is switched
        Partials = true,
        MaxDelay = TimeSpan.FromSeconds(settings.MaxDelay),
        EndpointSilence = EndpointSilence(settings),
        BufferDuration = server.BufferDuration,
        CustomVocabulary = vocabulary,
        VoiceActivity = settings.SpeechEvents ? new VoiceActivityOptions() : null,
        Formatting = Formatting(settings.Language),
        RemoveDisfluencies = settings.RemoveDisfluencies,
    };

    /// <summary>The formatter's rules are English.</summary>
    public static TextFormatting Formatting(string language) => RecognitionSettingsReader.SameLanguage(language, "en") ? TextFormatting.Written : TextFormatting.None;

    /// <summary>The silence that ends an utterance. The second pass errs less on longer utterances: who allows a long delay gets them.</summary>
    public static TimeSpan EndpointSilence(RecognitionSettings settings) =>
        settings.EndOfUtteranceSilence > 0 ? TimeSpan.FromSeconds(settings.EndOfUtteranceSilence)
        : settings.Enhanced ? TimeSpan.FromSeconds(Math.Max(UsualEndpointSilence.TotalSeconds, settings.MaxDelay / 2))
        : UsualEndpointSilence;
}
