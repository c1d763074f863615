using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A stream's utterances that wait for their second pass, in order: a final goes out when all before it have gone. Thread-safe: the worker of the stream adds, the workers that read complete.
/// </summary>
internal sealed class UtteranceQueue(EventQueue events)
{
    private readonly Lock _gate = new();
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

    public void Add(UtteranceTicket ticket)
    {
        lock (_gate) _waiting.Enqueue(ticket);
    }

    /// <summary>Adds a partial: the first pass's words of the utterances that wait, which no final covers yet, and then the current ones.</summary>
    public bool AddPartial(ImmutableArray<RecognizedWord> words, int stableWords, long arrival)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0)
            {
                words = [.. _waiting.SelectMany(ticket => ticket.Utterance.Words), .. words];
                stableWords = 0;
            }

            return words.IsEmpty || events.Add(new PartialTranscript { Text = TranscriptTracker.Join(words), Words = words, StableWords = stableWords }, arrival);
        }
    }

    /// <summary>A ticket is done: sends what can be sent. Returns whether that was the stream's last event.</summary>
    public bool Complete(UtteranceTicket ticket, ImmutableArray<RecognizedWord> words, SessionNotice? notice, Action<UtteranceTicket> sent)
    {
        lock (_gate)
        {
            ticket.Complete(words, notice);
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

    private void Send(UtteranceTicket ticket)
    {
        if (ticket.Notice is not null) events.Add(ticket.Notice, ticket.Arrival);
        if (!ticket.Words.IsEmpty) events.Add(new FinalTranscript { Text = TranscriptTracker.Join(ticket.Words), Words = ticket.Words }, ticket.Arrival);
        var reason = ticket.Utterance.Reason;
        if (reason != EndOfUtteranceReason.Forced && ticket.Words.IsEmpty && ticket.Utterance.Words.IsEmpty) return;
        var time = !ticket.Words.IsEmpty ? ticket.Words[^1].End
            : !ticket.Utterance.Words.IsEmpty ? ticket.Utterance.Words[^1].End
            : ticket.Stream.TimeOf(ticket.Utterance.EndFrame);
        events.Add(new EndOfUtterance { Time = time, Reason = reason }, ticket.Arrival);
    }
}
