using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Audio;
using Speechmatics.Speech.Server.Operations;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>
/// One client's connection from its first message to its close. Four loops run side by side: one reads the socket, one sends to it, one turns the session's events into messages, one watches the time limits. The first
/// that fails says how the connection ends. Audio that finds no room keeps the reading loop from the socket, so that back-pressure reaches the client.
/// </summary>
internal sealed partial class RealtimeConnection : IDisposable
{
    private readonly WebSocket _socket;
    private readonly string _id;
    private readonly string? _requestId;
    private readonly Caller _caller;
    private readonly string? _pathLanguage;
    private readonly SpeechEngine _engine;
    private readonly SpeechServerOptions _options;
    private readonly ServerSessions _sessions;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly MessageReceiver _receiver;
    private readonly MessageSender _sender;
    private readonly CancellationTokenSource _work;
    private readonly RealtimeServices _services;

    /// <summary>The one receive under way, so that no other begins beside it and the buffer outlives it.</summary>
    private Task _receiving = Task.CompletedTask;
    private volatile bool _closing;

    public RealtimeConnection(WebSocket socket, string id, string? requestId, Caller caller, string? pathLanguage, RealtimeServices services, CancellationToken aborted)
    {
        (_socket, _id, _requestId, _caller, _pathLanguage) = (socket, id, requestId, caller, pathLanguage);
        _services = services;
        (_engine, _options, _sessions, _clock, _logger) = (services.Engine, services.Options, services.Sessions, services.Clock, services.Logger);
        _receiver = new MessageReceiver(socket, _options.MaxTextMessageBytes, _options.MaxAudioMessageBytes);
        _sender = new MessageSender(socket, _options.SendTimeout, _clock);
        _work = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    }

    /// <summary>Serves the client. Never throws.</summary>
    public async Task RunAsync()
    {
        var sending = _sender.RunAsync();
        try
        {
            var start = await ReceiveStartAsync().ConfigureAwait(false);
            if (start is null)
            {
                await CloseAsync(sending, WebSocketCloseStatus.NormalClosure, "").ConfigureAwait(false);
                return;
            }

            var settings = RecognitionSettingsReader.Read(start.Root, _engine.Model.Language, _engine.Pool.HasEnhanced, _engine.Pool.HasVoiceActivity, _pathLanguage);
            _sessions.Begin(_id, _requestId, _caller);
            try
            {
                var vocabulary = _services.Vocabularies.Get(settings.Vocabulary, _engine.Pool);
                await using var inlet = (await OpenInletAsync(settings, vocabulary).ConfigureAwait(false)).ConfigureAwait(false);
                await AnnounceAsync(settings, vocabulary).ConfigureAwait(false);
                _receiving = ReceiveAsync();
                await ServeAsync(settings, sending, _receiving).ConfigureAwait(false);
            }
            finally
            {
                _sessions.End(_id, _caller);
            }

            await CloseAsync(sending, WebSocketCloseStatus.NormalClosure, "").ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await FailAsync(failure, sending).ConfigureAwait(false);
        }
        finally
        {
            await _work.CancelAsync().ConfigureAwait(false);
            _sender.Complete();
            _socket.Abort();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _work.Dispose();
    }

    /// <returns>Null when the client went without starting.</returns>
    private async Task<StartRecognition?> ReceiveStartAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_work.Token, _engine.Ending);
        using var timeout = new CancellationTokenSource(_options.StartTimeout, _clock);
        using var late = timeout.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
        var receive = _receiver.ReceiveAsync().AsTask();
        _receiving = receive;
        var message = await Guard(receive, deadline.Token).ConfigureAwait(false);
        if (message is not { } received)
        {
            throw _engine.Ending.IsCancellationRequested
                ? Stopping()
                : new ProtocolException(ErrorType.Protocol, $"StartRecognition did not come within {_options.StartTimeout.TotalSeconds:0.#} s.");
        }

        if (received.Type == WebSocketMessageType.Close) return null;
        if (received.Type == WebSocketMessageType.Binary) throw new ProtocolException(ErrorType.Protocol, "Audio came before StartRecognition.");
        return ClientMessageReader.Read(received.Bytes) as StartRecognition ?? throw new ProtocolException(ErrorType.Protocol, "The first message must be StartRecognition.");

        static async Task<(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)?> Guard(Task<(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)> receive, CancellationToken deadline)
        {
            try
            {
                return await receive.WaitAsync(deadline).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task<IAudioInlet> OpenInletAsync(RecognitionSettings settings, CompiledVocabulary vocabulary)
    {
        var options = SessionSettings.From(settings, _options, vocabulary.Vocabulary);
        SpeechSession session;
        try
        {
            session = await _engine.Pool.OpenAsync(options, _work.Token).ConfigureAwait(false);
        }
        catch (SessionLimitException exception)
        {
            throw new ProtocolException(ErrorType.QuotaExceeded, "Concurrent Quota Exceeded", exception);
        }

        _inlet = settings.RawFormat is null ? new FileInlet(_engine.Pool, options, session, _options.AllowFfmpeg) : new RawInlet(session);
        _sampleRate = options.SampleRate;
        return _inlet;
    }

    private async Task AnnounceAsync(RecognitionSettings settings, CompiledVocabulary vocabulary)
    {
        _settings = settings;
        _lastAudio = _started = _clock.GetTimestamp();
        foreach (var (type, reason) in settings.Warnings) await SendAsync(ServerMessages.Warning(type, reason)).ConfigureAwait(false);
        if (vocabulary.Warning is { } unused) await SendAsync(ServerMessages.Warning("validation_warning", unused)).ConfigureAwait(false);
        await SendAsync(ServerMessages.Usage(_sessions.Count, _sessions.Max, _clock.GetUtcNow())).ConfigureAwait(false);
        await SendAsync(ServerMessages.RecognitionStarted(_id, settings.Language, SessionSettings.Formatting(settings.Language) != TextFormatting.None)).ConfigureAwait(false);
        await SendAsync(ServerMessages.Quality(_sampleRate)).ConfigureAwait(false);
        _logger.SessionStarted(_id, _caller.Name, settings.RawFormat is { } format ? $"{format.Encoding} {format.SampleRate} Hz" : "file");
    }

    /// <summary>Until the transcript has ended or something has failed, which is thrown.</summary>
    private async Task ServeAsync(RecognitionSettings settings, Task sending, Task receiving)
    {
        var events = SendEventsAsync(settings);
        var watching = WatchLimitsAsync();
        try
        {
            var ended = await Task.WhenAny(events, sending, receiving, watching, _inlet!.Failure).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
            if (ended == receiving && !_transcriptEnded) throw new ClientLeftException();
        }
        finally
        {
            await _work.CancelAsync().ConfigureAwait(false);
            await events.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _flush.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _logger.SessionEnded(_id, _caller.Name, _audioSeconds, _clock.GetElapsedTime(_started).TotalSeconds);
        }
    }

    /// <summary>Tells the client why, where it can still be told.</summary>
    private async Task FailAsync(Exception failure, Task sending)
    {
        var error = failure switch
        {
            ProtocolException protocol => protocol,
            AudioFormatException format => new ProtocolException(ErrorType.InvalidAudioType, format.Message, format),
            SessionLimitException limit => new ProtocolException(ErrorType.QuotaExceeded, "Concurrent Quota Exceeded", limit),
            ObjectDisposedException when _engine.IsDraining => Stopping(),
            SpeechModelException or SessionOverrunException => new ProtocolException(ErrorType.Job, failure.Message, failure),
            SlowClientException or ClientLeftException or WebSocketException or OperationCanceledException or ChannelClosedException => null,
            _ => new ProtocolException(ErrorType.Unknown, "The server failed; its log has the cause.", failure),
        };
        if (error is null)
        {
            var slow = failure as SlowClientException ?? sending.Exception?.InnerException as SlowClientException;
            if (slow is not null) _logger.ClientCutOff(_id, slow.Message);
            else _logger.ClientLeft(_id);
            ServerMetrics.CountEnd(slow is not null ? "slow_client" : "client_left");
            // a client that closed is answered; one that is gone does not hear it
            if (failure is ClientLeftException) await CloseAsync(sending, WebSocketCloseStatus.NormalClosure, "").ConfigureAwait(false);
            return;
        }

        if (error.Type == ErrorType.Unknown) _logger.SessionFailed(_id, failure);
        else _logger.SessionRefused(_id, error.Type.Name, error.Message);
        ServerMetrics.CountEnd(error.Type.Name);
        try
        {
            await _sender.SendAsync(ServerMessages.Error(error), CancellationToken.None).AsTask().WaitAsync(_options.SendTimeout, _clock).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ChannelClosedException or TimeoutException)
        {
            return;
        }

        await CloseAsync(sending, (WebSocketCloseStatus)error.Type.CloseCode, error.Type.CloseReason).ConfigureAwait(false);
    }

    /// <summary>Sends what is queued and the close, and waits a while for the client's own close, discarding what it still says: a connection torn down with bytes unread would take the error away with it. Never throws.</summary>
    private async Task CloseAsync(Task sending, WebSocketCloseStatus status, string reason)
    {
        _closing = true;
        using var deadline = new CancellationTokenSource(_options.CloseTimeout, _clock);
        try
        {
            _sender.Complete();
            await sending.WaitAsync(deadline.Token).ConfigureAwait(false);
            _receiving = DiscardAfterAsync(_receiving);

            // some clients fail on a close that they did not begin: after the end of a transcript theirs comes first
            if (status == WebSocketCloseStatus.NormalClosure) await _receiving.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var closing = new CancellationTokenSource(_options.CloseTimeout, _clock);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(status, reason, closing.Token).ConfigureAwait(false);
            await _receiving.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or SlowClientException or ObjectDisposedException or InvalidOperationException)
        {
            // the connection is torn down by the caller
        }
    }

    private async Task DiscardAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            if (await _receiver.DiscardAsync().ConfigureAwait(false)) return;
    }

    private ValueTask SendAsync(byte[] message) => _sender.SendAsync(message, _work.Token);

    private static ProtocolException Stopping() => new(ErrorType.Job, "The server is stopping. Connect again in 5 to 10 s.");
}
