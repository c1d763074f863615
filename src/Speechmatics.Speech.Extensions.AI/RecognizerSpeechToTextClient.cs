using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>One session of the recognizer's pool for each call.</summary>
internal sealed class RecognizerSpeechToTextClient(SpeechRecognizer recognizer, string modelId) : ISpeechToTextClient
{
    private const int SignatureBytes = 12;

    private readonly SpeechToTextClientMetadata _metadata = new("speechmatics.speech", defaultModelId: modelId);

    public async Task<SpeechToTextResponse> GetTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audioSpeechStream);
        var finals = new List<FinalTranscript>();
        var source = await OpenAsync(audioSpeechStream, options, cancellationToken).ConfigureAwait(false);
        await foreach (var speechEvent in recognizer.RecognizeAsync(source, Settings(options, partials: false), cancellationToken).ConfigureAwait(false))
            if (speechEvent is FinalTranscript final) finals.Add(final);

        return new SpeechToTextResponse(string.Join(' ', finals.Select(final => final.Text)))
        {
            ModelId = modelId,
            StartTime = finals.Count > 0 ? finals[0].Start : null,
            EndTime = finals.Count > 0 ? finals[^1].End : null,
            RawRepresentation = finals,
        };
    }

    public async IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(
        Stream audioSpeechStream, SpeechToTextOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audioSpeechStream);
        var response = Guid.NewGuid().ToString("N");
        var source = await OpenAsync(audioSpeechStream, options, cancellationToken).ConfigureAwait(false);
        yield return Update(SpeechToTextResponseUpdateKind.SessionOpen, null);
        var any = false;
        await foreach (var speechEvent in recognizer.RecognizeAsync(source, Settings(options, partials: true), cancellationToken).ConfigureAwait(false))
        {
            switch (speechEvent)
            {
                case PartialTranscript draft:
                    yield return Update(SpeechToTextResponseUpdateKind.TextUpdating, draft, new PartialTranscriptContent(draft), draft.Start, draft.End);
                    break;
                case FinalTranscript final:
                    var text = new TextContent(any ? " " + final.Text : final.Text) { RawRepresentation = final };
                    any = true;
                    yield return Update(SpeechToTextResponseUpdateKind.TextUpdated, final, text, final.Start, final.End);
                    break;
                case SessionNotice { Kind: SessionNoticeKind.AudioTruncated or SessionNoticeKind.AudioDropped } notice:
                    yield return Update(SpeechToTextResponseUpdateKind.Error, notice, new ErrorContent(notice.Message), notice.Time, notice.Time);
                    break;
            }
        }

        yield return Update(SpeechToTextResponseUpdateKind.SessionClose, null);

        SpeechToTextResponseUpdate Update(SpeechToTextResponseUpdateKind kind, SpeechEvent? raw, AIContent? content = null, TimeSpan? start = null, TimeSpan? end = null) => new()
        {
            Kind = kind,
            Contents = content is null ? [] : [content],
            ResponseId = response,
            ModelId = modelId,
            StartTime = start,
            EndTime = end,
            RawRepresentation = raw,
        };
    }

    /// <remarks>Null for what is unknown: middleware asks for types of its own, and a client that throws breaks it.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechToTextClientMetadata) ? _metadata
            : serviceType == typeof(SpeechRecognizer) ? recognizer
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // the recognizer is the caller's
    }

    /// <summary>The caller's own session options, or the usual ones.</summary>
    private SessionOptions Settings(SpeechToTextOptions? options, bool partials)
    {
        if (options?.RawRepresentationFactory?.Invoke(this) is SessionOptions own) return own;
        var settings = recognizer.Pool.HasEnhanced ? SpeechRecognizer.CreateEnhancedOptions() : new SessionOptions();
        settings.Partials = partials;
        return settings;
    }

    /// <summary>WAV by its first bytes, else raw samples at the rate in the options.</summary>
    private static async Task<AudioSource> OpenAsync(Stream stream, SpeechToTextOptions? options, CancellationToken cancellationToken)
    {
        var start = new byte[SignatureBytes];
        var length = await stream.ReadAtLeastAsync(start, SignatureBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var whole = new PrefixedStream(start.AsMemory(0, length), stream);
        if (length == SignatureBytes && start.AsSpan(8).SequenceEqual("WAVE"u8)) return AudioSource.FromWaveStream(whole);
        if (options?.SpeechSampleRate is { } rate) return AudioSource.FromStream(whole, new AudioFormat(AudioEncoding.Pcm16, rate));
        throw new AudioFormatException("The stream is not WAV. Give a WAV stream, or raw 16-bit mono samples with SpeechToTextOptions.SpeechSampleRate set.");
    }
}
