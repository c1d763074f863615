using Microsoft.Extensions.AI;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>A realtime session's options as the engine's own.</summary>
internal static class RealtimeSettings
{
    private const int UsualSampleRate = 16000;

    /// <exception cref="NotSupportedException">A conversation is asked for, or audio that is neither PCM nor G.711.</exception>
    public static SessionOptions Read(RealtimeSessionOptions? options, SessionPool pool)
    {
        if (options is not null && options.SessionKind != RealtimeSessionKind.Transcription)
            throw new NotSupportedException($"A session of the kind \"{options.SessionKind.Value}\" answers with speech, which this client cannot: set SessionKind to RealtimeSessionKind.Transcription.");
        var own = options?.RawRepresentationFactory?.Invoke() as SessionOptions;
        var settings = own ?? new SessionOptions { OperatingPoint = pool.HasEnhanced ? OperatingPoint.Enhanced : OperatingPoint.Standard };
        if (options?.VoiceActivityDetection is { Enabled: false } && own is null) settings.EndpointSilence = Timeout.InfiniteTimeSpan;
        if (options?.InputAudioFormat is not { } format)
        {
            if (own is null) settings.SampleRate = UsualSampleRate;
            return settings;
        }

        settings.SampleRate = format.SampleRate;
        settings.Encoding = format.MediaType.ToLowerInvariant() switch
        {
            "audio/pcm" => AudioEncoding.Pcm16,
            "audio/pcmu" or "audio/basic" => AudioEncoding.MuLaw,
            "audio/pcma" => AudioEncoding.ALaw,
            _ => throw new NotSupportedException($"Audio of the type \"{format.MediaType}\" is not taken: give audio/pcm (16-bit, little-endian), audio/pcmu or audio/pcma."),
        };
        return settings;
    }
}
