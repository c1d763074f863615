using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Sessions;

/// <content>Taking audio.</content>
public sealed partial class SpeechSession
{
    [ThreadStatic]
    private static float[]? _converted;

    private readonly byte[] _partSample = new byte[4];
    private int _partSampleBytes;
    private long _samplesTaken;
    private int _writing;

    /// <summary>Takes samples if there is room for all of them. Never waits; made for audio callbacks.</summary>
    /// <param name="samples">Mono samples, full scale at ±1; copied.</param>
    /// <returns>False when the buffer is full: nothing was taken. With <see cref="OverrunPolicy.DropOldest"/> always true.</returns>
    /// <exception cref="ArgumentException">More samples than the whole buffer holds.</exception>
    /// <exception cref="AudioFormatException">A sample is not a number or infinite: nothing was taken, and the session goes on.</exception>
    /// <exception cref="InvalidOperationException">Another write is in progress, or the audio is complete.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public bool TryWrite(ReadOnlySpan<float> samples)
    {
        using var writing = BeginWrite();
        return TryTake(samples);
    }

    /// <inheritdoc cref="TryWrite(ReadOnlySpan{float})"/>
    /// <param name="samples">Mono 16-bit samples; copied.</param>
    public bool TryWrite(ReadOnlySpan<short> samples)
    {
        using var writing = BeginWrite();
        return TryTake(MemoryMarshal.AsBytes(samples), AudioEncoding.Pcm16);
    }

    /// <summary>Takes bytes in the session's <see cref="SessionOptions.Encoding"/> if there is room for all of them. A sample may be split between two writes.</summary>
    /// <param name="bytes">Mono samples; copied.</param>
    /// <inheritdoc cref="TryWrite(ReadOnlySpan{float})"/>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        using var writing = BeginWrite();
        return TryTake(bytes, _stream.Options.Encoding);
    }

    /// <summary>Takes samples, waiting for room where there is none.</summary>
    /// <param name="samples">Mono samples, full scale at ±1; not read after the returned task completes. Any number.</param>
    /// <param name="cancellationToken">Cancels the wait; samples already taken stay taken (<see cref="AudioReceived"/> tells).</param>
    /// <exception cref="AudioFormatException">A sample is not a number or infinite: nothing from there on was taken, and the session goes on.</exception>
    /// <exception cref="InvalidOperationException">Another write is in progress, or the audio is complete.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken = default)
    {
        var writing = BeginWrite();
        try
        {
            if (samples.Length <= AudioIntake.PieceSamples && TryTake(samples.Span))
            {
                writing.Dispose();
                return ValueTask.CompletedTask;
            }
        }
        catch
        {
            writing.Dispose();
            throw;
        }

        return WriteSlowAsync(this, writing, samples, cancellationToken);

        static async ValueTask WriteSlowAsync(SpeechSession session, WriteScope writing, ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
        {
            using (writing)
            {
                while (samples.Length > 0)
                {
                    var piece = samples[..Math.Min(samples.Length, AudioIntake.PieceSamples)];
                    while (!session.TryTake(piece.Span)) await session.WaitForRoomAsync(piece.Length, cancellationToken).ConfigureAwait(false);
                    samples = samples[piece.Length..];
                }
            }
        }
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{float}, CancellationToken)"/>
    /// <param name="samples">Mono 16-bit samples; not read after the returned task completes. Any number.</param>
    /// <param name="cancellationToken">Cancels the wait; samples already taken stay taken.</param>
    public ValueTask WriteAsync(ReadOnlyMemory<short> samples, CancellationToken cancellationToken = default) =>
        WriteBytesAsync(samples, static span => MemoryMarshal.AsBytes(span), AudioEncoding.Pcm16, cancellationToken);

    /// <summary>Takes bytes in the session's <see cref="SessionOptions.Encoding"/>, waiting for room where there is none. A sample may be split between two writes.</summary>
    /// <param name="bytes">Mono samples; not read after the returned task completes. Any number.</param>
    /// <param name="cancellationToken">Cancels the wait; samples already taken stay taken.</param>
    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{float}, CancellationToken)"/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        WriteBytesAsync(bytes, static span => span, _stream.Options.Encoding, cancellationToken);

    /// <summary>No more audio comes. Reading the events then ends after the last word; no padding is needed. May be called more than once.</summary>
    /// <exception cref="InvalidOperationException">A write is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Complete()
    {
        ThrowIfDisposed();
        if (Interlocked.Exchange(ref _writing, 1) != 0) throw new InvalidOperationException("A write to the session is in progress.");
        try
        {
            lock (_stream.Gate)
            {
                if (_stream.Completed) return;
                if (_stream.State != StreamState.Closed) _stream.Intake.Finish(_stream.Mel, _engine.Clock.GetTimestamp());
                _stream.Completed = true;
            }
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }

        _scheduler.Notify(_stream);
    }

    private ValueTask WriteBytesAsync<T>(
        ReadOnlyMemory<T> data, Func<ReadOnlySpan<T>, ReadOnlySpan<byte>> asBytes, AudioEncoding encoding, CancellationToken cancellationToken)
    {
        var writing = BeginWrite();
        try
        {
            if (data.Length <= AudioIntake.PieceSamples && TryTake(asBytes(data.Span), encoding))
            {
                writing.Dispose();
                return ValueTask.CompletedTask;
            }
        }
        catch
        {
            writing.Dispose();
            throw;
        }

        return WriteSlowAsync(this, writing, data, asBytes, encoding, cancellationToken);

        // static: a closure would cost the writes that need not wait an allocation
        static async ValueTask WriteSlowAsync(
            SpeechSession session, WriteScope writing, ReadOnlyMemory<T> data, Func<ReadOnlySpan<T>, ReadOnlySpan<byte>> asBytes, AudioEncoding encoding, CancellationToken cancellationToken)
        {
            using (writing)
            {
                while (data.Length > 0)
                {
                    var piece = data[..Math.Min(data.Length, AudioIntake.PieceSamples)];
                    while (!session.TryTake(asBytes(piece.Span), encoding)) await session.WaitForRoomAsync(piece.Length, cancellationToken).ConfigureAwait(false);
                    data = data[piece.Length..];
                }
            }
        }
    }

    private bool TryTake(ReadOnlySpan<byte> bytes, AudioEncoding encoding)
    {
        var size = SampleConversion.BytesPerSample(encoding);
        var total = _partSampleBytes + bytes.Length;
        var samples = total / size;
        var converted = _converted is { } scratch && scratch.Length >= samples ? scratch : _converted = new float[Math.Max(samples, AudioIntake.PieceSamples)];
        var target = converted.AsSpan(0, samples);
        var rest = bytes;
        if (_partSampleBytes > 0 && samples > 0)
        {
            Span<byte> first = stackalloc byte[size];
            _partSample.AsSpan(0, _partSampleBytes).CopyTo(first);
            rest[..(size - _partSampleBytes)].CopyTo(first[_partSampleBytes..]);
            SampleConversion.ToFloat(first, encoding, target);
            target = target[1..];
            rest = rest[(size - _partSampleBytes)..];
        }

        var whole = samples == 0 ? 0 : rest.Length / size * size;
        SampleConversion.ToFloat(rest[..whole], encoding, target);
        if (!TryTake(converted.AsSpan(0, samples))) return false;

        // what is left of a sample waits for the next write
        rest = rest[whole..];
        if (samples > 0) _partSampleBytes = 0;
        rest.CopyTo(_partSample.AsSpan(_partSampleBytes));
        _partSampleBytes += rest.Length;
        return true;
    }

    /// <summary>The one way in: takes all the samples or none.</summary>
    private bool TryTake(ReadOnlySpan<float> samples)
    {
        var bad = SampleConversion.IndexOfNonFinite(samples);
        if (bad >= 0)
        {
            throw new AudioFormatException(
                $"Sample {_samplesTaken + bad} of the session's audio is {samples[bad]}: samples are finite numbers, full scale at ±1. Nothing from this write was taken.");
        }

        var arrival = _engine.Clock.GetTimestamp();
        var needed = _stream.Intake.MaxFrames(samples.Length);
        SessionNotice? notice = null;
        bool due;
        lock (_stream.Gate)
        {
            if (_stream.Completed) throw new InvalidOperationException("The session's audio is complete: Complete() was called.");
            ThrowIfOver();
            if (needed > _stream.CapacityFrames)
            {
                throw new ArgumentException(
                    $"{samples.Length} samples are more than the session's buffer holds ({_stream.Options.BufferDuration.TotalSeconds} s). Use WriteAsync, or raise SessionOptions.BufferDuration.", nameof(samples));
            }

            var excess = _stream.WaitingMelFrames + needed - _stream.CapacityFrames;
            if (excess > 0 && !_stream.LacksChunk)
            {
                if (_stream.Options.Overrun == OverrunPolicy.Wait) return false;
                if (_stream.Options.Overrun == OverrunPolicy.Fail)
                {
                    FailOverrun();
                    return false;
                }

                notice = Drop(excess);
            }

            _stream.LastWrite = arrival;
            _stream.Stalled = false;
            var wanted = _stream.WantedChunkFrames(_scheduler.Controller);
            var before = _engine.WholeEncoderFrames(_stream.Mel.Written) - _stream.Processed;
            for (; samples.Length > 0; samples = samples[Math.Min(samples.Length, AudioIntake.PieceSamples)..])
            {
                var piece = samples[..Math.Min(samples.Length, AudioIntake.PieceSamples)];
                _stream.Intake.Take(piece, _stream.Mel, arrival);
                Interlocked.Add(ref _samplesTaken, piece.Length);
            }

            // the mel frames of the last samples are computed when a chunk becomes whole with them, though an earlier one may still wait for its step
            var frames = _engine.WholeEncoderFrames(_stream.Mel.Written + _stream.Intake.PendingFrames) - _stream.Processed;
            due = frames >= wanted && (frames / wanted > before / wanted || _stream.State == StreamState.Idle);
            if (due) _stream.Intake.Drain(_stream.Mel, arrival);
        }

        if (notice is not null) _stream.Events.Add(notice, arrival);

        // most writes are shorter than a chunk: only those that make one whole take the scheduler's lock
        if (due) _scheduler.Notify(_stream);
        return true;
    }

    /// <summary>Takes the oldest audio that no step has claimed out of the buffer, in whole encoder frames.</summary>
    private SessionNotice? Drop(long excessMelFrames)
    {
        var perFrame = _engine.Layout.MelFramesPerEncoderFrame;
        var from = Math.Max(_stream.ClaimedFrames, _stream.Processed);
        var unclaimed = (_stream.Mel.Written / perFrame) - from;
        var frames = Math.Clamp((excessMelFrames + perFrame - 1) / perFrame, 0, Math.Max(0, unclaimed));
        if (frames == 0) return null;
        _stream.Mel.Remove(from * perFrame, (int)(frames * perFrame));
        _stream.Intake.Unheard?.Remove(from * _engine.Layout.SamplesPerEncoderFrame, frames * _engine.Layout.SamplesPerEncoderFrame);
        _stream.Flush = _stream.Flush?.Without(from * perFrame, frames * perFrame);
        var seconds = frames * _engine.Layout.SecondsPerEncoderFrame;
        var at = TimeSpan.FromSeconds((from + _stream.DroppedFrames) * _engine.Layout.SecondsPerEncoderFrame);
        _stream.DroppedFrames += frames;
        _counters.CountDropped(frames);
        return new SessionNotice
        {
            Kind = SessionNoticeKind.AudioDropped,
            Message = $"{seconds:0.00} s of audio at {at:c} were dropped: the session's buffer was full.",
            Time = at,
            Dropped = TimeSpan.FromSeconds(seconds),
        };
    }

    private void FailOverrun()
    {
        var failure = new SessionOverrunException(
            $"More audio came than the session's buffer of {_stream.Options.BufferDuration.TotalSeconds} s holds. Write more slowly, raise SessionOptions.BufferDuration, or choose another OverrunPolicy.");
        _stream.Events.End(failure);
        _counters.CountFailure(failure);
        ThreadPool.UnsafeQueueUserWorkItem(static session => session._scheduler.Close(session._stream), this, preferLocal: false);
    }

    private async ValueTask WaitForRoomAsync(int samples, CancellationToken cancellationToken)
    {
        Task room;
        lock (_stream.Gate)
        {
            ThrowIfOver();
            if (_stream.WaitingMelFrames + _stream.Intake.MaxFrames(samples) <= _stream.CapacityFrames || _stream.LacksChunk) return;
            _stream.RoomWaiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _stream.RoomWaiter.Task;
        }

        await room.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfOver()
    {
        ThrowIfDisposed();
        if (_stream.State == StreamState.Closed || _stream.Events.HasEnded)
            throw new InvalidOperationException("The session is over: reading its events tells why.");
    }

    private WriteScope BeginWrite()
    {
        ThrowIfDisposed();
        if (Interlocked.Exchange(ref _writing, 1) != 0) throw new InvalidOperationException("Another write to the session is in progress.");
        return new WriteScope(this);
    }

    private readonly struct WriteScope(SpeechSession session) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref session._writing, 0);
    }
}
