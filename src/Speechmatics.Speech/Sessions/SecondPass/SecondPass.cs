using System.Collections.Immutable;
using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// One worker's second pass: turns ended utterances into tickets and reads batches of them. Between the model's runs it lets live chunks go first, on the same thread.
/// </summary>
internal sealed class SecondPass : IDisposable
{
    /// <summary>Audio before an utterance's first token that is read with it: the first pass may have missed words there.</summary>
    private const double LeadSeconds = 2;

    /// <summary>Audio without a token that is kept in case the stream ends in it.</summary>
    private const double UnreadSeconds = 10;

    /// <summary>New speech after which an unfinished utterance is read again.</summary>
    private const double RefineSeconds = 1;

    /// <summary>Audio without a token that is worth a reading at the end of the stream: louder than this root mean square over 100 ms (-45 dB of full scale).</summary>
    private const float SpeechLevel = 0.0056f;

    private const int QuietSamples = 1280;

    private readonly SessionEngine _engine;
    private readonly StepScheduler _scheduler;
    private readonly PoolCounters _counters;
    private readonly SecondPassReader _reader;
    private readonly WhisperMelExtractor _mel;
    private readonly SecondPassJob[] _jobs = new SecondPassJob[SecondPassQueue.MaxBatch];
    private readonly SecondPassResult[] _results = new SecondPassResult[SecondPassQueue.MaxBatch];

    public SecondPass(SessionEngine engine, StepScheduler scheduler, PoolCounters counters, EnhancedSpeechModel model, Action betweenRuns)
    {
        _engine = engine;
        _scheduler = scheduler;
        _counters = counters;
        _mel = new WhisperMelExtractor(new WhisperMelOptions());
        _reader = new SecondPassReader(model, ComputeMel, SecondPassQueue.MaxBatch, betweenRuns: betweenRuns);
    }

    /// <summary>Audio to keep before the first token of the utterance under way, in samples.</summary>
    public static long LeadSamples(SessionEngine engine) => (long)(LeadSeconds * engine.Layout.SampleRate);

    /// <summary>Audio without a token to keep, in samples: the first pass may have missed speech in it.</summary>
    public static long UnreadSamples(SessionEngine engine) => (long)(UnreadSeconds * engine.Layout.SampleRate);

    /// <summary>Makes tickets of the utterances that a chunk ended. Called by the worker that runs the stream.</summary>
    public static void Enqueue(SessionEngine engine, StepScheduler scheduler, PoolCounters counters, SessionStream stream, long arrival, FlushRequest? flush)
    {
        var ended = stream.Transcript.Ended;
        for (var i = 0; i < ended.Count; i++)
        {
            var utterance = ended[i];
            var ticket = CreateTicket(engine, stream, utterance, arrival, i == ended.Count - 1 ? flush : null);
            stream.Utterances!.Add(ticket);
            if (ticket.Audio.Length > 0) scheduler.Add(ticket);
            else Complete(scheduler, counters, ticket, ticket.Utterance.Words, null);
        }

        ended.Clear();
    }

    /// <summary>Writes a stream's utterances that wait, for a snapshot.</summary>
    public static void Save(BinaryWriter writer, SessionStream stream)
    {
        writer.Write(stream.FirstPassEnded);
        writer.Write(stream.RefinedUntilFrame);
        stream.Utterances!.Save(writer);
    }

    /// <summary>Reads the utterances that waited. Returns those to be read, with their time beginning anew: give them to the scheduler.</summary>
    public static IReadOnlyList<UtteranceTicket> Load(BinaryReader reader, SessionEngine engine, SessionStream stream)
    {
        stream.FirstPassEnded = reader.ReadBoolean();
        stream.RefinedUntilFrame = reader.ReadInt64();
        var now = engine.Clock.GetTimestamp();
        return stream.Utterances!.Load(reader, () => UtteranceTicket.Load(reader, stream, now, DeadlineOf(engine, stream)));
    }

    /// <summary>Has the unfinished utterance read when there is a second more of it than at the last time and the pool has nothing better to do. Called by the worker that runs the stream.</summary>
    public static void Refine(SessionEngine engine, StepScheduler scheduler, SessionStream stream, long arrival)
    {
        var start = stream.Transcript.UtteranceStartFrame;
        var until = stream.Processed + stream.TimeOffsetFrames;
        if (start < 0 || stream.Refining || !stream.Options.RefinePartials || !stream.Options.Partials || !scheduler.HasCapacityToSpare) return;
        if ((until - Math.Max(start, stream.RefinedUntilFrame)) * engine.Layout.SecondsPerEncoderFrame < RefineSeconds) return;
        var ticket = CreateTicket(engine, stream, new EndedUtterance(stream.Utterances!.FirstPassWords, start, until, until, EndOfUtteranceReason.Forced), arrival, null, stream.Utterances.CurrentUtterance);
        if (ticket.PartSamples < ticket.Audio.Length) return;
        stream.RefinedUntilFrame = until;
        stream.Refining = true;
        scheduler.Add(ticket);
    }

    /// <summary>Ends a ticket: its final goes out when it is its turn, and with the last one the session ends.</summary>
    public static void Complete(StepScheduler scheduler, PoolCounters counters, UtteranceTicket ticket, ImmutableArray<RecognizedWord> words, SessionNotice? notice)
    {
        var stream = ticket.Stream;
        var last = stream.Utterances!.Complete(ticket, words, notice, sent =>
        {
            if (!sent.Words.IsEmpty) counters.CountFinal(sent.Arrival);
            sent.Flush?.Done.TrySetResult();
        });
        if (!last) return;
        stream.Events.End();
        scheduler.Close(stream);
    }

    /// <summary>The time for a ticket is over: the first pass's words go out.</summary>
    public static void Skip(StepScheduler scheduler, PoolCounters counters, UtteranceTicket ticket)
    {
        if (ticket.Refines >= 0)
        {
            ticket.Stream.Refining = false;
            return;
        }

        counters.CountSkippedReading();
        Complete(scheduler, counters, ticket, FirstPassWords(ticket), Notice(ticket, SessionNoticeKind.SecondPassSkipped, "The pool is overloaded: an utterance was not read a second time; its final has the first pass's words."));
    }

    /// <summary>Reads a batch. Never throws, except when the pool stops.</summary>
    /// <exception cref="OperationCanceledException">The pool stops.</exception>
    public void Read(SecondPassBatch batch, CancellationToken stop)
    {
        var count = batch.Tickets.Count;
        var start = _engine.Clock.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var ticket = batch.Tickets[i];
            _jobs[i] = new SecondPassJob
            {
                Audio = ticket.Audio.AsMemory(ticket.PartStart, ticket.PartSamples),
                StartSample = ticket.StartSample + ticket.PartStart,
                BeamSize = ticket.Refines >= 0 ? 1 : ticket.Stream.Options.SecondPassBeamSize,
                Phrases = ticket.Stream.SecondPassPhrases,
                FirstPassWords = ticket.PartSamples == ticket.Audio.Length ? ticket.Utterance.Words.Length : 0,
            };
        }

        try
        {
            _reader.Read(_jobs.AsSpan(0, count), _results.AsSpan(0, count), stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            foreach (var ticket in batch.Tickets)
            {
                _counters.CountFailure(failure);
                ticket.Stream.Refining = false;
                if (ticket.Refines >= 0) continue;
                Complete(_scheduler, _counters, ticket, FirstPassWords(ticket), Notice(ticket, SessionNoticeKind.SecondPassRejected, $"The second pass failed ({failure.Message}); the final has the first pass's words."));
            }

            return;
        }

        var seconds = _engine.Clock.GetElapsedTime(start).TotalSeconds;
        for (var i = 0; i < count; i++)
        {
            var ticket = batch.Tickets[i];
            if (ticket.Refines < 0)
            {
                var queued = _engine.Clock.GetElapsedTime(ticket.Arrival, start).TotalSeconds;
                _counters.CountReading(count, queued, seconds / count, ticket.PartSamples / (double)_engine.Layout.SampleRate, _results[i].ReadTwice);
            }
            else
            {
                _counters.CountRefinement();
            }

            Take(ticket, _results[i]);
        }

        Array.Clear(_jobs, 0, count);
        Array.Clear(_results, 0, count);
    }

    public void Dispose() => _reader.Dispose();

    private void Take(UtteranceTicket ticket, SecondPassResult result)
    {
        if (ticket.Refines >= 0)
        {
            if (result.Accepted) ticket.Stream.Utterances!.Refine(ticket.Refines, result.Words, ticket.Arrival);
            ticket.Stream.Refining = false;
            return;
        }

        if (!result.Accepted)
        {
            Complete(_scheduler, _counters, ticket, FirstPassWords(ticket), ticket.Utterance.Words.IsEmpty ? null : Notice(
                ticket, SessionNoticeKind.SecondPassRejected, $"The second pass's reading was not plausible ({result.Reason}); the final has the first pass's words."));
            return;
        }

        if (ticket.Stream.Utterances!.Advance(ticket, result.Words))
        {
            _scheduler.Add(ticket);
            return;
        }

        Complete(_scheduler, _counters, ticket, ticket.Read, null);
    }

    /// <summary>The first pass's words, or where parts were already read, those and what the first pass heard after them.</summary>
    private static ImmutableArray<RecognizedWord> FirstPassWords(UtteranceTicket ticket)
    {
        if (ticket.Read.IsEmpty) return ticket.Utterance.Words;
        var end = ticket.Read[^1].End;
        return [.. ticket.Read, .. ticket.Utterance.Words.Where(word => word.Start >= end)];
    }

    private static UtteranceTicket CreateTicket(SessionEngine engine, SessionStream stream, EndedUtterance utterance, long arrival, FlushRequest? flush, int refines = -1)
    {
        var perFrame = engine.Layout.SamplesPerEncoderFrame;
        var audio = stream.Intake.Utterance!;
        lock (stream.Gate)
        {
            var end = Math.Min(audio.Written, utterance.EndFrame * perFrame);
            if (utterance.Reason is EndOfUtteranceReason.TrailingSilence or EndOfUtteranceReason.SentenceComplete or EndOfUtteranceReason.MaximumLength)
            {
                // tokens do not say to the millisecond where a word ends, and the model errs less with some of the silence behind it: the cut lies in the second half of the pause
                var spoken = Math.Max(audio.Start, Math.Min(utterance.SpeechEndFrame * perFrame, end - (4 * QuietSamples)));
                end = QuietestCut(audio, spoken + ((end - spoken) / 2), end);
            }

            var start = utterance.StartFrame < 0 ? 0 : (utterance.StartFrame * perFrame) - LeadSamples(engine);
            start = Math.Max(Math.Max(start, stream.ReadUntilSample), audio.Start);
            if (refines < 0) stream.ReadUntilSample = Math.Max(stream.ReadUntilSample, end);
            var samples = new float[Math.Max(0, end - start)];
            audio.Read(start, samples);
            if (utterance.StartFrame < 0 && !MayHoldSpeech(samples)) samples = [];
            return new UtteranceTicket(stream, utterance, arrival, flush)
            {
                Audio = samples,
                StartSample = start,
                Refines = refines,
                PartSamples = samples.Length == 0 ? 0 : UtteranceSplitter.NextPart(samples),
                Deadline = refines >= 0 ? DeadlineAfter(engine, RefineSeconds) : DeadlineOf(engine, stream),
            };
        }
    }

    /// <summary>The middle of the quietest 80 ms in a stretch.</summary>
    private static long QuietestCut(UtteranceAudio audio, long start, long end)
    {
        var samples = new float[Math.Max(0, end - start)];
        audio.Read(start, samples);
        var (best, least) = (end, float.PositiveInfinity);
        for (var at = 0; at + QuietSamples <= samples.Length; at += QuietSamples / 8)
        {
            var energy = TensorPrimitives.SumOfSquares(samples.AsSpan(at, QuietSamples));
            if (energy < least) (best, least) = (start + at + (QuietSamples / 2), energy);
        }

        return best;
    }

    /// <summary>When an utterance that ends now must have been read.</summary>
    private static long DeadlineOf(SessionEngine engine, SessionStream stream) =>
        stream.Options.MaxDelay is var delay && (delay == Timeout.InfiniteTimeSpan || stream.Spare) ? long.MaxValue : DeadlineAfter(engine, delay.TotalSeconds);

    private static long DeadlineAfter(SessionEngine engine, double seconds) => engine.Clock.GetTimestamp() + engine.Ticks(seconds);

    private static bool MayHoldSpeech(ReadOnlySpan<float> samples)
    {
        const int Window = 1600;
        for (var at = 0; at + Window <= samples.Length; at += Window)
            if (TensorPrimitives.Norm(samples.Slice(at, Window)) > SpeechLevel * MathF.Sqrt(Window)) return true;
        return false;
    }

    private static SessionNotice Notice(UtteranceTicket ticket, SessionNoticeKind kind, string message) =>
        new() { Kind = kind, Message = message, Time = ticket.Stream.TimeOf(ticket.Utterance.EndFrame) };

    private void ComputeMel(ReadOnlySpan<float> audio, Span<float> mel) =>
        _mel.Compute(audio, mel.Length / _mel.Options.Bins * _mel.Options.HopSamples, mel);
}
