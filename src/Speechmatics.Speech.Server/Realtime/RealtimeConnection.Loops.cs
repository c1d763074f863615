using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Speechmatics.Speech.Server.Audio;
using Speechmatics.Speech.Server.Operations;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Realtime;

/// <content>What runs while a recognition runs.</content>
internal sealed partial class RealtimeConnection
{
    private static readonly TimeSpan[] SessionWarnings = [TimeSpan.FromMinutes(45), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(15)];
    private static readonly TimeSpan[] IdleWarnings = [TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)];
    private static readonly HashSet<string> ChangeableSettings =
        ["language", "max_delay", "max_delay_mode", "audio_filtering_config", "enable_partials", "conversation_config"];

    private RecognitionSettings? _settings;
    private IAudioInlet? _inlet;
    private int _sampleRate;
    private long _started;
    private long _lastAudio;
    private long _sequence;
    private double _audioSeconds;
    private bool _lateAudioTold;
    private Task _flush = Task.CompletedTask;

    /// <summary>Forced ends asked for whose EndOfUtterance has not come yet.</summary>
    private int _flushes;
    private volatile bool _streamEnded;
    private volatile bool _transcriptEnded;
    private volatile bool _partials;
    private volatile bool _endsOfUtterances;

    /// <summary>Reads the client until it closes.</summary>
    private async Task ReceiveAsync()
    {
        while (true)
        {
            var (type, bytes) = await _receiver.ReceiveAsync().ConfigureAwait(false);
            if (type == WebSocketMessageType.Close) return;
            if (_closing || _transcriptEnded) continue;
            try
            {
                if (type == WebSocketMessageType.Binary) await TakeAudioAsync(bytes).ConfigureAwait(false);
                else await HandleAsync(ClientMessageReader.Read(bytes)).ConfigureAwait(false);
            }
            catch (Exception exception) when (_work.IsCancellationRequested && exception is not ProtocolException)
            {
                // the connection is ending for another reason: what the client still says is read and forgotten
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeAudioAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_streamEnded)
        {
            if (_lateAudioTold) return;
            _lateAudioTold = true;
            await SendAsync(ServerMessages.Warning("add_audio_after_eos", "Audio after EndOfStream is ignored.")).ConfigureAwait(false);
            return;
        }

        Volatile.Write(ref _lastAudio, _clock.GetTimestamp());
        await _inlet!.WriteAsync(bytes, _work.Token).ConfigureAwait(false);
        Volatile.Write(ref _lastAudio, _clock.GetTimestamp());
        await _sender.AcknowledgeAsync(++_sequence, _work.Token).ConfigureAwait(false);
    }

    private async ValueTask HandleAsync(ClientMessage message)
    {
        switch (message)
        {
            case StartRecognition:
                throw new ProtocolException(ErrorType.Protocol, "StartRecognition came twice.");
            case EndOfStream when _streamEnded:
                throw new ProtocolException(ErrorType.Protocol, "EndOfStream came twice.");
            case EndOfStream:
                _streamEnded = true;
                _inlet!.Complete();
                break;
            case ForceEndOfUtterance:
                await ForceAsync().ConfigureAwait(false);
                break;
            case SetRecognitionConfig change:
                await ChangeAsync(change.TranscriptionConfig).ConfigureAwait(false);
                break;
            case GetSpeakers:
                await SendAsync(ServerMessages.SpeakersResult()).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Recognises all that came so far. What comes meanwhile is taken, but for a further forced end, which waits for this one.</summary>
    private async ValueTask ForceAsync()
    {
        // a file whose header has not come has nothing to say; a stream that has ended says all of it anyway
        if (_streamEnded || !_inlet!.Session.IsCompletedSuccessfully) return;
        await _flush.ConfigureAwait(false);
        var session = await _inlet.Session.ConfigureAwait(false);
        Interlocked.Increment(ref _flushes);
        _flush = session.FlushAsync(_work.Token);
    }

    private async ValueTask ChangeAsync(JsonElement config)
    {
        foreach (var member in config.EnumerateObject())
        {
            if (!ChangeableSettings.Contains(member.Name))
                throw new ProtocolException(ErrorType.InvalidConfig, $"SetRecognitionConfig cannot change \"{member.Name}\"; it can change {string.Join(", ", ChangeableSettings.Order())}.");
        }

        if (config.Text("language") is { } language && !RecognitionSettingsReader.SameLanguage(language, _settings!.Language))
            throw new ProtocolException(ErrorType.InvalidConfig, $"SetRecognitionConfig cannot change the language from \"{_settings.Language}\" to \"{language}\".");
        if (config.Flag("enable_partials") is { } partials) _partials = partials;
        var changed = RecognitionSettingsReader.ReadChange(config, _settings!);
        foreach (var (type, reason) in changed.Warnings) await SendAsync(ServerMessages.Warning(type, reason)).ConfigureAwait(false);
        if (changed.MaxDelay == _settings!.MaxDelay && changed.EndOfUtteranceSilence == _settings.EndOfUtteranceSilence) return;
        if (!_inlet!.Session.IsCompletedSuccessfully)
        {
            await SendAsync(ServerMessages.Warning("validation_warning", "Delays cannot change before the file's header has come: those of the start stay in force.")).ConfigureAwait(false);
            return;
        }

        var session = await _inlet.Session.ConfigureAwait(false);
        session.MaxDelay = TimeSpan.FromSeconds(changed.MaxDelay);
        session.EndpointSilence = SessionSettings.EndpointSilence(changed);
        _endsOfUtterances = changed.EndOfUtteranceSilence > 0;
        _settings = changed;
    }

    /// <summary>Turns the session's events into messages, to the end of the transcript.</summary>
    private async Task SendEventsAsync(RecognitionSettings settings)
    {
        _partials = settings.Partials;
        _endsOfUtterances = settings.EndOfUtteranceSilence > 0;
        var session = await _inlet!.Session.WaitAsync(_work.Token).ConfigureAwait(false);
        FinalTranscript? held = null;
        await foreach (var speechEvent in session.ReadEventsAsync(_work.Token).ConfigureAwait(false))
        {
            _audioSeconds = session.AudioReceived.TotalSeconds;
            var forcedEnd = speechEvent is EndOfUtterance { Reason: EndOfUtteranceReason.Forced };
            if (speechEvent is SpeechStarted or SpeechEnded)
            {
                // it may stand between a final and its end of utterance, and says nothing of either
                await SendAsync(speechEvent is SpeechStarted began ? ServerMessages.SpeechEvent(started: true, began.Time) : ServerMessages.SpeechEvent(started: false, ((SpeechEnded)speechEvent).Time)).ConfigureAwait(false);
                continue;
            }

            if (held is not null)
            {
                await SendFinalAsync(held, settings, forced: forcedEnd).ConfigureAwait(false);
                if (!forcedEnd) held = null;
            }

            switch (speechEvent)
            {
                case PartialTranscript draft when _partials:
                    await SendAsync(ServerMessages.Transcript(final: false, draft.Words, draft.End, settings)).ConfigureAwait(false);
                    break;
                case FinalTranscript final when Volatile.Read(ref _flushes) > 0:
                    // the next event tells whether the flush made it
                    held = final;
                    break;
                case FinalTranscript final:
                    await SendFinalAsync(final, settings, forced: false).ConfigureAwait(false);
                    break;
                case EndOfUtterance end when forcedEnd:
                    Interlocked.Decrement(ref _flushes);
                    if (held is null) await SendAsync(ServerMessages.Transcript(final: true, [], end.Time, settings, forced: true)).ConfigureAwait(false);
                    held = null;
                    await SendAsync(ServerMessages.EndOfUtterance(end.Time, forced: true)).ConfigureAwait(false);
                    break;
                case EndOfUtterance { Reason: EndOfUtteranceReason.TrailingSilence or EndOfUtteranceReason.SentenceComplete } end when _endsOfUtterances:
                    await SendAsync(ServerMessages.EndOfUtterance(end.Time, forced: false)).ConfigureAwait(false);
                    break;
                case SessionNotice { Kind: SessionNoticeKind.LatencyDegraded or SessionNoticeKind.LatencyRestored } notice:
                    await SendAsync(ServerMessages.Info(notice.Kind == SessionNoticeKind.LatencyDegraded ? "latency_degraded" : "latency_restored", notice.Message)).ConfigureAwait(false);
                    break;
                case SessionNotice { Kind: SessionNoticeKind.SecondPassSkipped } notice:
                    await SendAsync(ServerMessages.Warning("second_pass_skipped", notice.Message)).ConfigureAwait(false);
                    break;
                case SessionNotice { Kind: SessionNoticeKind.SecondPassRejected } notice:
                    await SendAsync(ServerMessages.Info("second_pass_rejected", notice.Message)).ConfigureAwait(false);
                    break;
                case SessionNotice notice:
                    await SendAsync(ServerMessages.Warning("audio_notice", notice.Message)).ConfigureAwait(false);
                    break;
            }
        }

        if (held is not null) await SendFinalAsync(held, settings, forced: false).ConfigureAwait(false);
        _audioSeconds = session.AudioReceived.TotalSeconds;
        if (_inlet.Notice is { } remark) await SendAsync(ServerMessages.Warning("audio_notice", remark)).ConfigureAwait(false);
        // before it is sent: the client may close as soon as it has it
        _transcriptEnded = true;
        await SendAsync(ServerMessages.EndOfTranscript()).ConfigureAwait(false);
        ServerMetrics.CountEnd("done");
    }

    /// <summary>A final, and the empty partial that tells clients that nothing is open.</summary>
    private async ValueTask SendFinalAsync(FinalTranscript final, RecognitionSettings settings, bool forced)
    {
        if (_services.LogTranscripts) _logger.FinalHeard(_id, final.Text);
        await SendAsync(ServerMessages.Transcript(final: true, final.Words, final.End, settings, forced)).ConfigureAwait(false);
        if (_partials) await SendAsync(ServerMessages.Transcript(final: false, [], final.End, settings)).ConfigureAwait(false);
    }

    /// <summary>Warns before the time limits and ends the session at them.</summary>
    private async Task WatchLimitsAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_work.Token, _engine.Ending);
        var whole = new SessionLimit(_options.SessionTimeout, SessionWarnings);
        var idle = new SessionLimit(_options.IdleTimeout, IdleWarnings);
        while (true)
        {
            var now = _clock.GetTimestamp();
            if (whole.Look(_clock.GetElapsedTime(_started, now), out var left, out var nextWhole))
            {
                if (left == TimeSpan.Zero) throw new ProtocolException(ErrorType.SessionTimeout, $"The session has lasted its {_options.SessionTimeout.TotalHours:0.###} h.");
                await SendAsync(ServerMessages.Warning("session_timeout", $"The session ends in {left.TotalMinutes:0.##} minutes.")).ConfigureAwait(false);
            }

            var nextIdle = TimeSpan.MaxValue;
            if (!_streamEnded && idle.Look(_clock.GetElapsedTime(Volatile.Read(ref _lastAudio), now), out left, out nextIdle))
            {
                if (left == TimeSpan.Zero) throw new ProtocolException(ErrorType.IdleTimeout, $"No audio came for {_options.IdleTimeout.TotalMinutes:0.###} minutes.");
                await SendAsync(ServerMessages.Warning("idle_timeout", $"Without audio the session ends in {left.TotalMinutes:0.##} minutes.")).ConfigureAwait(false);
            }

            var wait = nextWhole < nextIdle ? nextWhole : nextIdle;
            var longest = TimeSpan.FromDays(1);
            await Task.Delay(wait < longest ? wait : longest, _clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _work.Token.ThrowIfCancellationRequested();
            if (_engine.Ending.IsCancellationRequested) throw Stopping();
        }
    }
}
