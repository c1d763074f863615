using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>A transcription: audio is appended, its words come back. A commit ends the utterance at once.</summary>
internal sealed class RecognizerRealtimeSession(SpeechSession session, SessionOptions settings, RealtimeSessionOptions? options, string modelId) : IRealtimeClientSession
{
    /// <summary>Middleware may send from several threads; a session has one writer.</summary>
    private readonly SemaphoreSlim _sending = new(1);

    private int _disposed;

    public RealtimeSessionOptions? Options { get; } = options;

    public async Task SendAsync(RealtimeClientMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            switch (message)
            {
                case InputAudioBufferAppendRealtimeClientMessage append:
                    await session.WriteAsync(append.Content.Data, cancellationToken).ConfigureAwait(false);
                    break;
                case InputAudioBufferCommitRealtimeClientMessage:
                    await session.FlushAsync(cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw new NotSupportedException($"A transcription takes audio and commits, not {message.GetType().Name}.");
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public async IAsyncEnumerable<RealtimeServerMessage> GetStreamingResponseAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var utterance = NewItem();
        var events = session.ReadEventsAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var scope = events.ConfigureAwait(false);
        while (await NextAsync().ConfigureAwait(false))
        {
            var speechEvent = events.Current;
            switch (speechEvent)
            {
                case PartialTranscript:
                    // a delta adds to those before it, and a partial replaces: who wants it finds it in RawRepresentation
                    yield return new RealtimeServerMessage { Type = RealtimeServerMessageType.RawContentOnly, MessageId = utterance, RawRepresentation = speechEvent };
                    break;
                case FinalTranscript final:
                    yield return Transcription(RealtimeServerMessageType.InputAudioTranscriptionCompleted, final.Text, final);
                    break;
                case EndOfUtterance:
                    yield return new RealtimeServerMessage { Type = RealtimeServerMessageType.RawContentOnly, MessageId = utterance, RawRepresentation = speechEvent };
                    utterance = NewItem();
                    break;
                case SessionNotice { Kind: SessionNoticeKind.AudioDropped } notice:
                    yield return new ErrorRealtimeServerMessage { Error = new ErrorContent(notice.Message), RawRepresentation = notice };
                    break;
                default:
                    yield return new RealtimeServerMessage { Type = RealtimeServerMessageType.RawContentOnly, RawRepresentation = speechEvent };
                    break;
            }
        }

        // the contract has no end of audio: a session ends by being disposed, and so does its reading
        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await events.MoveNextAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (Volatile.Read(ref _disposed) != 0)
            {
                return false;
            }
        }

        InputAudioTranscriptionRealtimeServerMessage Transcription(RealtimeServerMessageType type, string text, SpeechEvent raw) =>
            new(type) { ItemId = utterance, ContentIndex = 0, Transcription = text, RawRepresentation = raw };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechSession) ? session
            : serviceType == typeof(SessionOptions) ? settings
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, 1);
        return session.DisposeAsync();
    }

    private string NewItem() => $"{modelId}-{Guid.NewGuid():N}";
}
