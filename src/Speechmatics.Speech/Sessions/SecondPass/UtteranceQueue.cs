using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A stream's utterances that wait for their second pass, in order: a final goes out when all before it have gone. Thread-safe: the worker of the stream adds, the workers that read complete.
/// </summary>
internal sealed class UtteranceQueue(EventQueue events)
{
    private readonly Lock _gate = new();
    private readonly PartialRefiner _refiner = new();
    private readonly Queue<UtteranceTicket> _waiting = new();
    private bool _audioEnded;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _waiting.Count == 0;
        }
    }

    /// <summary>The utterance under way has ended.</summary>
    public void Add(UtteranceTicket ticket)
    {
        lock (_gate)
        {
            ticket.Shown = _refiner.Compose(ticket.Utterance.Words).Words;
            _refiner.Reset();
            _waiting.Enqueue(ticket);
        }
    }

    /// <summary>The first pass's words of the utterance under way.</summary>
    public ImmutableArray<RecognizedWord> FirstPassWords
    {
        get
        {
            lock (_gate) return _refiner.FirstPass;
        }
    }

    /// <summary>The number of the utterance under way, for <see cref="Refine"/>.</summary>
    public int CurrentUtterance
    {
        get
        {
            lock (_gate) return _refiner.Utterance;
        }
    }

    /// <summary>
    /// Adds a partial: what is shown of the utterances that wait, which no final covers yet, and then the current one's words. Returns false when the queue of events is full.
    /// </summary>
    public bool AddPartial(ImmutableArray<RecognizedWord> words, long arrival)
    {
        lock (_gate)
        {
            _refiner.FirstPass = words;
            return SendPartial(arrival);
        }
    }

    /// <summary>Takes a reading of the unfinished utterance with the given number; one that has ended meanwhile is past refining.</summary>
    public void Refine(int utterance, ImmutableArray<RecognizedWord> reading, long arrival)
    {
        lock (_gate)
            if (utterance == _refiner.Utterance && _refiner.Agree(reading)) SendPartial(arrival);
    }

    /// <summary>The part of a ticket that was due has been read. Returns whether another is due.</summary>
    public bool Advance(UtteranceTicket ticket, ImmutableArray<RecognizedWord> words)
    {
        lock (_gate)
        {
            ticket.Read = [.. ticket.Read, .. words];
            ticket.PartStart += ticket.PartSamples;
            ticket.PartSamples = UtteranceSplitter.NextPart(ticket.Audio.AsSpan(ticket.PartStart));
            return ticket.PartSamples > 0;
        }
    }

    /// <summary>A ticket is done: sends what can be sent. Returns whether that was the stream's last event.</summary>
    public bool Complete(UtteranceTicket ticket, ImmutableArray<RecognizedWord> words, SessionNotice? notice, Action<UtteranceTicket> sent)
    {
        lock (_gate)
        {
            ticket.Complete(words, notice, ticket.Stream.Transcript.Display);
            while (_waiting.TryPeek(out var first) && first.Done)
            {
                _waiting.Dequeue();
                Send(first);
                sent(first);
            }

            return _audioEnded && _waiting.Count == 0;
        }
    }

    /// <summary>Answers the flushes of utterances that wait, which nobody will read any more: with <paramref name="failure"/> where there is one.</summary>
    public void EndFlushes(Exception? failure)
    {
        lock (_gate)
        {
            foreach (var ticket in _waiting)
            {
                if (failure is null) ticket.Flush?.Done.TrySetResult();
                else ticket.Flush?.Fail(failure);
            }
        }
    }

    /// <summary>No more utterances come. Returns whether nothing waits either.</summary>
    public bool EndAudio()
    {
        lock (_gate)
        {
            _audioEnded = true;
            return _waiting.Count == 0;
        }
    }

    /// <summary>Writes what waits, for a snapshot.</summary>
    public void Save(BinaryWriter writer)
    {
        lock (_gate)
        {
            _refiner.Save(writer);
            writer.Write(_audioEnded);
            writer.Write(_waiting.Count);
            foreach (var ticket in _waiting) ticket.Save(writer);
        }
    }

    /// <summary>Reads what waited. Returns the tickets to be read.</summary>
    public IReadOnlyList<UtteranceTicket> Load(BinaryReader reader, Func<UtteranceTicket> loadTicket)
    {
        lock (_gate)
        {
            _refiner.Load(reader);
            _audioEnded = reader.ReadBoolean();
            for (var count = reader.ReadInt32(); count > 0; count--) _waiting.Enqueue(loadTicket());
            return [.. _waiting.Where(ticket => !ticket.Done)];
        }
    }

    private bool SendPartial(long arrival)
    {
        var (words, stable) = _refiner.Compose(_refiner.FirstPass);
        if (_waiting.Count > 0)
        {
            words = [.. _waiting.SelectMany(ticket => ticket.Shown), .. words];
            stable = 0;
        }

        return words.IsEmpty || events.Add(new PartialTranscript { Text = TranscriptTracker.Join(words), Words = words, StableWords = stable }, arrival);
    }

    private void Send(UtteranceTicket ticket)
    {
        if (ticket.Notice is not null) events.Add(ticket.Notice, ticket.Arrival);
        if (!ticket.Words.IsEmpty) events.Add(new FinalTranscript { Text = TranscriptTracker.Join(ticket.Words), Words = ticket.Words }, ticket.Arrival);
        var reason = ticket.Utterance.Reason;
        if (reason != EndOfUtteranceReason.Forced && ticket.Words.IsEmpty && ticket.Removed.IsEmpty && ticket.Utterance.Words.IsEmpty) return;
        var time = !ticket.Words.IsEmpty ? ticket.Words[^1].End
            : !ticket.Removed.IsEmpty ? ticket.Removed[^1].End
            : !ticket.Utterance.Words.IsEmpty ? ticket.Utterance.Words[^1].End
            : ticket.Stream.TimeOf(ticket.Utterance.EndFrame);
        events.Add(new EndOfUtterance { Time = time, Reason = reason, RemovedWords = ticket.Removed }, ticket.Arrival);
    }
}
