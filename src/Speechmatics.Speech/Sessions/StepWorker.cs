using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// One thread of the pool: takes a batch, runs encoder and decoder over it, and sends the events. A failure ends the sessions of its batch, each with the error; the worker goes on.
/// </summary>
internal sealed class StepWorker
{
    private const int MinJoinerRows = 64;

    /// <summary>Predictor outputs kept: 1.3 MB at a width of 320.</summary>
    private const int CachedContexts = 1024;

    private readonly SessionEngine _engine;
    private readonly StepScheduler _scheduler;
    private readonly StateSlots _slots;
    private readonly PoolCounters _counters;
    private readonly StepBatch _batch;
    private readonly nint[] _addresses;
    private readonly TransducerDecoder?[] _decoders = new TransducerDecoder?[2];
    private readonly ITransducerNetwork?[] _networks = new ITransducerNetwork?[2];
    private readonly DecodeRow[] _rows;
    private readonly int[] _validFrames;
    private readonly TaskCompletionSource _calibrated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SecondPassBatch _readings = new();
    private readonly CancellationToken _stop;
    private IEncoderStep? _encoder;
    private VoiceActivityPass? _voice;
    private SecondPass? _secondPass;
    private long _stepTicks;

    public StepWorker(SessionEngine engine, StepScheduler scheduler, StateSlots slots, PoolCounters counters, int number, CancellationToken stop)
    {
        _engine = engine;
        _scheduler = scheduler;
        _slots = slots;
        _counters = counters;
        _stop = stop;
        var maxRows = engine.Layout.ChunkFrames.Max(scheduler.RowLimit);
        _batch = new StepBatch(maxRows);
        _rows = new DecodeRow[maxRows];
        _validFrames = new int[maxRows];
        _addresses = new nint[engine.Layout.States.Length];
        var thread = new Thread(Run) { Name = $"speech-pool-{number}", IsBackground = true };
        thread.UnsafeStart();
    }

    /// <summary>Completes when the worker has measured what a full step costs.</summary>
    public Task Calibrated => _calibrated.Task;

    /// <summary>Completes when the worker's thread has ended and its buffers are freed.</summary>
    public Task Stopped => _stopped.Task;

    private void Run()
    {
        try
        {
            _encoder = _engine.Model.CreateEncoderStep(_batch.MaxRows);
            if (_engine.VoiceActivityModel is not null) _voice = new VoiceActivityPass(_engine, _batch.MaxRows);
            Calibrate();
            _calibrated.TrySetResult();
            while (_scheduler.Take(_batch, _readings))
            {
                foreach (var ticket in _readings.Expired) SecondPass.Skip(_scheduler, _counters, ticket);
                if (_batch.Rows > 0) Step();
                if (_readings.Tickets.Count > 0) Read();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // only creating the steps can fail here: without them the pool cannot work, and whoever opens a session is told
            _calibrated.TrySetException(failure);
        }
        finally
        {
            _encoder?.Dispose();
            _voice?.Dispose();
            _secondPass?.Dispose();
            foreach (var network in _networks) network?.Dispose();
            _stopped.TrySetResult();
        }
    }

    /// <summary>Times full steps of the largest chunk over silence: what the pool can do at its best.</summary>
    private void Calibrate()
    {
        var chunk = _engine.Layout.ChunkFrames[^1];
        var rows = _scheduler.RowLimit(chunk);
        using var state = new StateSlots(_engine.Layout);
        var first = state.Allocate(new SessionStream[rows]);
        for (var tensor = 0; tensor < _addresses.Length; tensor++) _addresses[tensor] = state.Address(tensor, first);
        _encoder!.SetChunk(chunk);
        for (var row = 0; row < rows; row++)
        {
            _encoder.MelWindow(row).Fill(_engine.Layout.SilenceMel);
            _encoder.SetProcessed(row, 0);
        }

        var best = long.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var start = _engine.Clock.GetTimestamp();
            _encoder.Run(rows, _addresses);
            _voice?.RunSilence(rows, chunk);
            best = Math.Min(best, _engine.Clock.GetTimestamp() - start);
        }

        _counters.Calibrate(chunk * rows, best);
    }

    private void Step()
    {
        var start = _engine.Clock.GetTimestamp();
        try
        {
            Execute();
        }
        catch (Exception failure)
        {
            foreach (var stream in _batch.Streams) Fail(stream, failure);
        }

        var busy = _engine.Clock.GetTimestamp() - start;
        _stepTicks += busy;
        _counters.CountStep(_batch.ChunkFrames, _batch.Rows, busy);
        _scheduler.Return(_batch, busy);
    }

    private void Read()
    {
        _secondPass ??= new SecondPass(_engine, _scheduler, _counters, _engine.EnhancedModel!, StepLiveStreams);
        var live = _readings.Tickets.Exists(ticket => !ticket.Stream.Spare && ticket.Refines < 0);
        var samples = _readings.Tickets.Sum(ticket => (long)ticket.PartSamples);
        var start = _engine.Clock.GetTimestamp();
        _stepTicks = 0;
        _secondPass.Read(_readings, _stop);
        var busy = _engine.Clock.GetTimestamp() - start - _stepTicks;
        _counters.CountReadingWork(busy, samples);
        _scheduler.ReturnReadings(live, busy);
    }

    /// <summary>Between two runs of the second pass: live streams go first.</summary>
    private void StepLiveStreams()
    {
        while (_scheduler.TryTake(_batch)) Step();
    }

    private void Execute()
    {
        if (_batch.Failure is not null) throw _batch.Failure;
        if (_batch.ChunkFrames > 0)
        {
            if (_batch.Moved) CopyStates();
            RunEncoder();
            if (_voice is not null) _counters.CountEncoder(_voice.Run(_batch));
            Decode(TransducerHead.Tdt);
            Decode(TransducerHead.Rnnt);
        }

        for (var row = 0; row < _batch.Rows; row++)
        {
            try
            {
                Finish(row);
            }
            catch (Exception failure)
            {
                Fail(_batch.Stream(row), failure);
            }
        }
    }

    private void CopyStates()
    {
        for (var row = 0; row < _batch.Rows; row++)
            if (_batch.PreviousSlot(row) >= 0) _slots.Copy(_batch.PreviousSlot(row), _batch.FirstSlot + row);
    }

    private void RunEncoder()
    {
        var encoder = _encoder!;
        var chunk = _batch.ChunkFrames;
        encoder.SetChunk(chunk);
        for (var row = 0; row < _batch.Rows; row++)
        {
            _validFrames[row] = FillWindow(_batch.Stream(row), _batch.Kind(row), chunk, encoder.MelWindow(row));
            encoder.SetProcessed(row, _batch.Stream(row).Processed);
        }

        for (var tensor = 0; tensor < _addresses.Length; tensor++) _addresses[tensor] = _slots.Address(tensor, _batch.FirstSlot);
        var start = _engine.Clock.GetTimestamp();
        encoder.Run(_batch.Rows, _addresses);
        _counters.CountEncoder(_engine.Clock.GetTimestamp() - start);
        for (var row = 0; row < _batch.Rows; row++)
        {
            if (_batch.Kind(row) != StepKind.Chunk) continue;
            for (var tensor = 0; tensor < _addresses.Length; tensor++)
                _slots.WriteRing(tensor, _batch.FirstSlot + row, _batch.Stream(row).Processed, encoder.NewState(tensor, row));
        }
    }

    /// <summary>Copies a row's mel window; returns how many of the chunk's encoder frames are audio, the rest being the silence after it.</summary>
    private int FillWindow(SessionStream stream, StepKind kind, int chunk, Span<float> window)
    {
        var layout = _engine.Layout;
        var processed = stream.Processed;
        var start = (processed * layout.MelFramesPerEncoderFrame) - layout.MelFramesBefore;
        var frames = layout.MelWindowFrames(chunk);
        lock (stream.Gate)
        {
            if (kind == StepKind.Look)
            {
                var flush = stream.Flush!;
                Claim(stream, stream.FlushEnd(flush));
                stream.Mel.Copy(start, frames, flush.MelFrames, window);
                var at = (int)(flush.MelFrames - start);
                var tail = Math.Clamp(frames - at, 0, flush.TailFrames) * layout.MelBins;
                if (tail > 0) flush.Tail.AsSpan(0, tail).CopyTo(window[(at * layout.MelBins)..]);
                return (int)Math.Min(chunk, stream.FlushEnd(flush) - processed);
            }

            stream.Mel.Copy(start, frames, long.MaxValue, window);
            Claim(stream, processed + chunk);
            var whole = _engine.WholeEncoderFrames(stream.Mel.Written) - processed;
            return (int)Math.Min(chunk, whole >= chunk ? chunk : _engine.EncoderFramesOf(stream.Mel.Written) - processed);
        }
    }

    /// <summary>From here on audio up to <paramref name="end"/> is not dropped any more, and what was dropped lies before the tokens to come. Under the stream's lock.</summary>
    private static void Claim(SessionStream stream, long end)
    {
        stream.ClaimedFrames = Math.Max(stream.ClaimedFrames, end);
        stream.TimeOffsetFrames = stream.DroppedFrames;
    }

    private void Decode(TransducerHead head)
    {
        var count = 0;
        for (var row = 0; row < _batch.Rows; row++)
        {
            var stream = _batch.Stream(row);
            if (stream.Options.Head != head) continue;
            stream.Tokens.Clear();
            _rows[count++] = new DecodeRow(stream.Decoder, stream.Tokens, row, stream.Processed, stream.Processed + _validFrames[row]);
        }

        if (count > 0) DecoderFor(head).Decode(_encoder!, _rows.AsSpan(0, count));
    }

    private TransducerDecoder DecoderFor(TransducerHead head)
    {
        ref var decoder = ref _decoders[(int)head];
        if (decoder is not null) return decoder;
        // beams take several rows for a session
        var network = _networks[(int)head] = _engine.Model.CreateTransducer(head, Math.Max(_batch.MaxRows, MinJoinerRows));
        return decoder = new TransducerDecoder(network, _engine.Model.Vocabulary, head, CachedContexts);
    }

    /// <summary>After the decoder: moves the stream on and sends its events.</summary>
    private void Finish(int row)
    {
        var stream = _batch.Stream(row);
        var kind = _batch.Kind(row);
        var flush = stream.Flush;
        var chunk = _batch.ChunkFrames;
        var before = stream.Processed;
        FlushRequest? answered = null;
        stream.Transcript.Use(stream.Options);
        var arrival = kind == StepKind.Chunk ? Advance(stream, chunk) : flush?.RequestedAt ?? _engine.Clock.GetTimestamp();
        if (kind != StepKind.Chunk) stream.NextArrival = 0;
        var flushed = flush is not null && kind != StepKind.Chunk;
        var ended = flush is null && stream.Completed && stream.Processed >= _engine.EncoderFramesOf(stream.Mel.Written);
        if (chunk == 0) stream.Tokens.Clear();
        if (flushed || ended) stream.Decoder.Finish(stream.Tokens);
        if (kind == StepKind.Look) stream.Decoder.SkipTo(before + _validFrames[row]);

        stream.Voice?.Tell(stream, ended, stream.Transcript.Events);
        stream.Tokens.Shift(stream.TimeOffsetFrames);
        var decoded = before + (chunk > 0 ? _validFrames[row] : 0) + stream.TimeOffsetFrames;
        var rescue = stream.Voice?.Rescue;
        rescue?.Find(stream, _scheduler, _counters, stream.Tokens.Tokens, decoded, ended || flushed);
        if (chunk > 0)
        {
            stream.Decoder.Pending.Shift(stream.TimeOffsetFrames);
            stream.Transcript.Append(stream.Tokens.Tokens, stream.Decoder.Pending.Tokens, decoded, chunk);
            _counters.CountAudio(kind == StepKind.Chunk && stream.Reads is null ? _validFrames[row] : 0);
            TellLatency(stream);
        }
        else if (stream.Tokens.Count > 0)
        {
            stream.Transcript.Append(stream.Tokens.Tokens, [], decoded, 0);
        }

        // a session that writes, flushes and completes at once has its flush answered first
        if (flushed)
        {
            stream.Transcript.EndUtterance(EndOfUtteranceReason.Forced, stream.FlushEnd(flush!) + stream.TimeOffsetFrames);
            lock (stream.Gate) stream.Flush = null;
            answered = flush;
        }
        else if (ended)
        {
            stream.Transcript.EndUtterance(EndOfUtteranceReason.EndOfAudio, _engine.EncoderFramesOf(stream.Mel.Written) + stream.TimeOffsetFrames);
            if (stream.Utterances is not null) stream.FirstPassEnded = true;
            else if (rescue is not null) rescue.AudioEnded = true;
            else stream.Ended = true;
        }

        if (stream.Voice is { } voice) _counters.CountSuppressed(voice.Evidence.TakeSuppressed());
        if (stream.Utterances is null)
        {
            rescue?.Exchange(stream, _counters, stream.Transcript.Events, answered);
            Send(stream, arrival);
            if (rescue is null) answered?.Done.TrySetResult();
            else rescue.Answer();
            if (rescue is { AudioEnded: true, IsEmpty: true }) stream.Ended = true;
        }
        else
        {
            SendEnhanced(stream, arrival, answered);
        }

        if (!stream.Ended) return;
        stream.Events.End();
        stream.Reads?.Complete(null);
    }

    private void SendEnhanced(SessionStream stream, long arrival, FlushRequest? answered)
    {
        SecondPass.Enqueue(_engine, _scheduler, _counters, stream, arrival, answered);
        var events = stream.Transcript.Events;
        var at = events.FindIndex(static speechEvent => speechEvent is PartialTranscript);
        if (at >= 0)
        {
            stream.Utterances!.AddPartial(((PartialTranscript)events[at]).Words, arrival);
            _counters.CountPartial(arrival);
            events.RemoveAt(at);
        }

        Send(stream, arrival);
        var frame = stream.Transcript.UtteranceStartFrame;
        lock (stream.Gate)
        {
            var keep = frame >= 0
                ? (frame * _engine.Layout.SamplesPerEncoderFrame) - SecondPass.LeadSamples(_engine)
                : ((stream.Processed + stream.TimeOffsetFrames) * _engine.Layout.SamplesPerEncoderFrame) - SecondPass.UnreadSamples(_engine);
            stream.Intake.Utterance!.DiscardBefore(Math.Max(stream.ReadUntilSample, keep));
        }

        SecondPass.Refine(_engine, _scheduler, stream, arrival);
        if (stream.FirstPassEnded && stream.Utterances!.EndAudio()) stream.Ended = true;
    }

    /// <summary>Commits a chunk; returns when the last sample it needed had arrived.</summary>
    private long Advance(SessionStream stream, int chunk)
    {
        TaskCompletionSource? roomWaiter = null;
        long arrival;
        lock (stream.Gate)
        {
            arrival = stream.Mel.ArrivalOf(_engine.MelFramesFor(stream.Processed, chunk) - 1);
            stream.Processed += chunk;
            stream.Mel.DiscardBefore((stream.Processed * _engine.Layout.MelFramesPerEncoderFrame) - _engine.Layout.MelFramesBefore);
            stream.NextArrival = stream.Mel.ArrivalOf(_engine.MelFramesFor(stream.Processed, stream.WantedChunkFrames(_scheduler.Controller)) - 1);
            if (stream.RoomWaiter is not null && (stream.WaitingMelFrames < stream.CapacityFrames / 2 || stream.LacksChunk))
            {
                roomWaiter = stream.RoomWaiter;
                stream.RoomWaiter = null;
            }
        }

        stream.CurrentChunkFrames = chunk;
        roomWaiter?.TrySetResult();
        return arrival;
    }

    private void TellLatency(SessionStream stream)
    {
        if (stream.PinnedChunkFrames is not null || stream.Stalled) return;
        var smallest = _engine.Layout.ChunkFrames[stream.SmallestIndex];
        var wanted = stream.LevelChunkFrames(_scheduler.Controller);
        if (wanted > smallest == stream.Degraded) return;
        stream.Degraded = !stream.Degraded;
        var milliseconds = wanted * _engine.Layout.SecondsPerEncoderFrame * 1000;
        stream.Transcript.Events.Add(new SessionNotice
        {
            Kind = stream.Degraded ? SessionNoticeKind.LatencyDegraded : SessionNoticeKind.LatencyRestored,
            Message = stream.Degraded
                ? $"The pool is busy: the session now runs with chunks of {milliseconds:0} ms."
                : $"The pool has room again: the session runs with chunks of {milliseconds:0} ms.",
            Time = TimeSpan.FromSeconds((stream.Processed + stream.TimeOffsetFrames) * _engine.Layout.SecondsPerEncoderFrame),
        });
    }

    private void Send(SessionStream stream, long arrival)
    {
        var events = stream.Transcript.Events;
        if (events.Count == 0) return;
        if (stream.Reads is { } span)
        {
            span.Take(events);
            events.Clear();
            return;
        }

        PoolCounters.CountLatency(events, _engine.Clock.GetElapsedTime(arrival));
        foreach (var speechEvent in events)
        {
            if (stream.Events.Add(speechEvent, arrival) || stream.Events.HasEnded) continue;
            events.Clear();
            throw new SessionOverrunException($"The session has {EventQueue.Capacity} unread events. Read them with ReadEventsAsync, or dispose the session.");
        }

        events.Clear();
    }

    private void Fail(SessionStream stream, Exception failure)
    {
        stream.Ended = true;
        if (stream.Reads is { } span)
        {
            span.Complete(failure.Message);
            return;
        }

        stream.FailFlushes(failure);
        stream.Events.End(failure);
        _counters.CountFailure(failure);
    }
}
