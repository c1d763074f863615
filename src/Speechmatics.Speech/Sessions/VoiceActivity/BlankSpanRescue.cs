using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// One stream's rescue of speech that gave no words. A streaming encoder sometimes falls silent, above all when a soft voice follows a loud one; from fresh state, and at an ordinary level, it hears the same speech. Such a stretch is
/// decoded again by a stream of its own, as spare work of the pool, and its words go out in their place: the events behind wait for it, though never longer than the session's greatest delay. Belongs to the worker that
/// runs the stream, but for <see cref="IsDue"/>.
/// </summary>
internal sealed class BlankSpanRescue
{
    /// <summary>Audio before the first window of speech that is decoded with it.</summary>
    private const double LeadSeconds = 0.3;

    /// <summary>Readings that a session may have under way.</summary>
    private const int MostAtOnce = 8;

    /// <summary>The root mean square to which soft speech is raised: -25 dB of full scale, as most recordings have.</summary>
    private const float SpeechLevel = 0.056f;

    private const float MostGain = 32;

    private readonly SessionEngine _engine;
    private readonly SessionOptions _options;
    private readonly VoiceActivityLayout _voice;
    private readonly BlankSpanFinder _finder;
    private readonly SpeechEvidence _evidence;
    private readonly List<(long From, long First, long End)> _found = [];
    private readonly Queue<SpeechEvent> _held = new();
    private readonly List<FlushRequest> _answered = [];

    /// <summary>All that wait; locked, since a session may be disposed at any moment.</summary>
    private readonly List<FlushRequest> _flushes = [];
    private readonly long _lead;
    private long _offsetFrames;
    private int _underWay;
    private BlankSpan? _first;
    private bool _audioEnded;

    public BlankSpanRescue(SessionEngine engine, SessionOptions options, SpeechTrack track, SpeechEvidence evidence)
    {
        _engine = engine;
        _options = options;
        _voice = engine.VoiceActivityModel!.Layout;
        _evidence = evidence;
        _finder = new BlankSpanFinder(track, options.VoiceActivity!, engine.Layout, _voice);
        _lead = (long)(LeadSeconds * _voice.SampleRate);
    }

    /// <summary>The first sample, in audio time, that a reading may still need.</summary>
    public long NeededSample => (_finder.Needed * _voice.WindowSamples) - _lead;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _held.Count == 0;

    /// <summary>Set when all audio is recognised: then the stream ends as soon as nothing waits.</summary>
    public bool AudioEnded
    {
        get => Volatile.Read(ref _audioEnded);
        set => Volatile.Write(ref _audioEnded, value);
    }

    /// <summary>Whether events that waited can go out, or the stream can end. May be asked from anywhere.</summary>
    public bool IsDue => Volatile.Read(ref _first) is { } first ? first.Done : AudioEnded;

    /// <summary>Looks for stretches without a token before the step's tokens are appended to the transcript, and has them decoded again.</summary>
    public void Find(SessionStream stream, StepScheduler scheduler, PoolCounters counters, ReadOnlySpan<EmittedToken> tokens, long decodedFrames, bool ended)
    {
        if (stream.TimeOffsetFrames != _offsetFrames)
        {
            // a stretch with a gap in it is none
            _offsetFrames = stream.TimeOffsetFrames;
            _finder.Restart((stream.Voice!.NextSample + (_offsetFrames * _engine.Layout.SamplesPerEncoderFrame)) / _voice.WindowSamples);
        }

        _finder.Find(tokens, stream.Decoder.Pending.Count == 0, decodedFrames, ended, _found);
        foreach (var (from, first, end) in _found) Rescue(stream, scheduler, counters, from, first, end);
        _found.Clear();
    }

    /// <summary>Puts a stream's new events behind those that wait, and leaves in <paramref name="events"/> what can go out now, in order.</summary>
    public void Exchange(SessionStream stream, PoolCounters counters, List<SpeechEvent> events, FlushRequest? flush)
    {
        if (_held.Count == 0 && flush is null && !events.Exists(static each => each is BlankSpanPlace)) return;
        foreach (var each in events) _held.Enqueue(each);
        if (flush is not null)
        {
            _held.Enqueue(new FlushPlace(flush));
            lock (_flushes) _flushes.Add(flush);
        }

        events.Clear();
        while (_held.TryPeek(out var next))
        {
            if (next is BlankSpanPlace { Span: var span })
            {
                if (!span.Done && !IsOver(stream, span)) break;
                _underWay--;
                Release(span, counters, events);
            }
            else if (next is FlushPlace { Request: var request })
            {
                _answered.Add(request);
            }
            else
            {
                events.Add(next);
            }

            _held.Dequeue();
        }

        Volatile.Write(ref _first, (_held.TryPeek(out var head) ? head as BlankSpanPlace : null)?.Span);
    }

    /// <summary>Answers the flushes whose events have gone out.</summary>
    public void Answer()
    {
        foreach (var request in _answered)
        {
            request.Done.TrySetResult();
            lock (_flushes) _flushes.Remove(request);
        }

        _answered.Clear();
    }

    /// <summary>Lets go of all that waits, read or not: the stream's state is saved.</summary>
    public void Abandon(SessionStream stream, PoolCounters counters)
    {
        var events = new List<SpeechEvent>();
        foreach (var each in _held)
        {
            if (each is BlankSpanPlace { Span: var span }) Release(span, counters, events);
            else if (each is FlushPlace { Request: var request }) _answered.Add(request);
            else events.Add(each);
        }

        _held.Clear();
        _underWay = 0;
        Volatile.Write(ref _first, null);
        foreach (var each in events) stream.Events.Add(each, _engine.Clock.GetTimestamp());
        Answer();
    }

    /// <summary>Ends the flushes that wait, with <paramref name="failure"/> where there is one: the stream is over. May be called from anywhere.</summary>
    public void EndFlushes(Exception? failure)
    {
        lock (_flushes)
        {
            foreach (var request in _flushes)
            {
                if (failure is null) request.Done.TrySetResult();
                else request.Fail(failure);
            }

            _flushes.Clear();
        }
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_offsetFrames);
        writer.Write(AudioEnded);
        _finder.Save(writer);
    }

    public void Load(BinaryReader reader)
    {
        _offsetFrames = reader.ReadInt64();
        AudioEnded = reader.ReadBoolean();
        _finder.Load(reader);
    }

    private void Rescue(SessionStream stream, StepScheduler scheduler, PoolCounters counters, long fromWindow, long firstWindow, long endWindow)
    {
        var events = stream.Transcript.Events;
        var (from, start, end) = (TimeOf(fromWindow * _voice.WindowSamples), Math.Max(fromWindow * _voice.WindowSamples, (firstWindow * _voice.WindowSamples) - _lead), endWindow * _voice.WindowSamples);
        if (stream.Utterances is not null)
        {
            // inside an utterance the second pass hears the stretch anyway
            if (stream.Transcript.UtteranceStartFrame >= 0) return;
            var perFrame = _engine.Layout.SamplesPerEncoderFrame;
            stream.Transcript.Ended.Add(new EndedUtterance([], firstWindow * _voice.WindowSamples / perFrame, end / perFrame, end / perFrame, EndOfUtteranceReason.TrailingSilence));
            counters.CountRescue(read: true);
            events.Add(Notice(SessionNoticeKind.BlankSpanRescued, firstWindow * _voice.WindowSamples, end, "the second pass reads it"));
            return;
        }

        if (_underWay >= MostAtOnce || !_engine.TryBeginRescue())
        {
            counters.CountRescue(read: false);
            events.Add(Notice(SessionNoticeKind.BlankSpanSkipped, firstWindow * _voice.WindowSamples, end, "too many such stretches wait already, so it was not read again"));
            return;
        }

        // words before it must be out when its own come
        stream.Transcript.Settle();
        var span = new BlankSpan(_engine, scheduler, stream, from, TimeOf(start), TimeOf(end), _engine.Clock.GetTimestamp());
        _underWay++;
        events.Add(new BlankSpanPlace(span));
        Read(stream, scheduler, span, start, end);
    }

    private void Read(SessionStream stream, StepScheduler scheduler, BlankSpan span, long start, long end)
    {
        var samples = new float[end - start];
        var offset = stream.TimeOffsetFrames * _engine.Layout.SamplesPerEncoderFrame;
        lock (stream.Gate)
        {
            // the end may lie in the last window, which silence filled up
            var audio = stream.Intake.Unheard!;
            var first = Math.Max(audio.Start, start - offset);
            var count = Math.Max(0, Math.Min(audio.Written, end - offset) - first);
            audio.Read(first, samples.AsSpan((int)(first - (start - offset)), (int)count));
        }

        Raise(samples);
        var options = _options.Clone();
        options.VoiceActivity = null;
        options.SampleRate = _engine.Layout.SampleRate;
        options.Chunk = TimeSpan.FromSeconds(_engine.Layout.ChunkFrames[^1] * _engine.Layout.SecondsPerEncoderFrame);
        options.Partials = false;
        options.EndpointSilence = options.SentenceEndSilence = options.MaxUtterance = options.MaxDelay = Timeout.InfiniteTimeSpan;
        var reading = new SessionStream(_engine, options, place: 0) { Reads = span };
        lock (reading.Gate)
        {
            var arrival = _engine.Clock.GetTimestamp();
            for (var at = 0; at < samples.Length; at += AudioIntake.PieceSamples)
                reading.Intake.Take(samples.AsSpan(at, Math.Min(AudioIntake.PieceSamples, samples.Length - at)), reading.Mel, arrival);
            reading.Intake.Finish(reading.Mel, arrival);
            reading.Completed = true;
        }

        scheduler.Notify(reading);
    }

    private void Release(BlankSpan span, PoolCounters counters, List<SpeechEvent> events)
    {
        var (start, end) = (SampleOf(span.From), SampleOf(span.End));
        if (!span.Done || span.Failure is not null)
        {
            counters.CountRescue(read: false);
            events.Add(Notice(SessionNoticeKind.BlankSpanSkipped, start, end, span.Failure is null ? "there was no time to read it again" : $"reading it again failed ({span.Failure})"));
            return;
        }

        counters.CountRescue(read: true);
        var words = _evidence.Keep([.. span.Words], events).ToImmutableArray();
        events.Add(Notice(SessionNoticeKind.BlankSpanRescued, start, end, string.Create(CultureInfo.InvariantCulture, $"read again from fresh state it gave {words.Length}")));
        if (!words.IsEmpty) events.Add(new FinalTranscript { Text = TranscriptTracker.Join(words), Words = words });
    }

    // a file waits as long as it takes: its words must not depend on how busy the pool is
    private bool IsOver(SessionStream stream, BlankSpan span) =>
        !stream.Spare && stream.Options.MaxDelay is var delay && delay != Timeout.InfiniteTimeSpan && _engine.Clock.GetElapsedTime(span.AskedAt) > delay;

    private static void Raise(Span<float> samples)
    {
        var level = TensorPrimitives.Norm<float>(samples) / MathF.Sqrt(samples.Length);
        var peak = TensorPrimitives.MaxMagnitude<float>(samples);
        if (level == 0) return;
        var gain = Math.Min(Math.Min(SpeechLevel / level, MostGain), 0.95f / MathF.Abs(peak));
        if (gain > 1) TensorPrimitives.Multiply(samples, gain, samples);
    }

    private SessionNotice Notice(SessionNoticeKind kind, long start, long end, string what) => new()
    {
        Kind = kind,
        Message = string.Create(CultureInfo.InvariantCulture, $"Speech from {TimeOf(start).TotalSeconds:0.00} to {TimeOf(end).TotalSeconds:0.00} s gave no words: {what}."),
        Time = TimeOf(start),
    };

    private TimeSpan TimeOf(long sample) => TimeSpan.FromTicks((long)Math.Round(sample * (double)TimeSpan.TicksPerSecond / _voice.SampleRate));

    private long SampleOf(TimeSpan time) => (long)Math.Round(time.TotalSeconds * _voice.SampleRate);
}
