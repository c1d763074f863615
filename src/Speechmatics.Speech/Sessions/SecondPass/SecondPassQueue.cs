using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>The pool's utterances that wait to be read. Owned by the scheduler, under its lock.</summary>
internal sealed class SecondPassQueue
{
    /// <summary>Utterances of one run: more rows make a decoder step cheaper for each, and every one of them later.</summary>
    public const int MaxBatch = 8;

    private readonly List<UtteranceTicket> _waiting = [];

    public int Count => _waiting.Count;

    public void Add(UtteranceTicket ticket) => _waiting.Add(ticket);

    /// <summary>Takes the most urgent ticket and others of its padded length, and the tickets whose time is over.</summary>
    public void Take(SecondPassBatch batch, long now, int limit)
    {
        RemoveExpired(batch, now);
        UtteranceTicket? lead = null;
        foreach (var ticket in _waiting)
            if (lead is null || Urgency(ticket) < Urgency(lead)) lead = ticket;
        if (lead is null) return;

        batch.Tickets.Add(lead);
        _waiting.Remove(lead);
        var padded = SecondPassReader.PaddedSamples(lead.PartSamples);
        for (var i = 0; i < _waiting.Count && batch.Tickets.Count < Math.Min(limit, MaxBatch);)
        {
            if (SecondPassReader.PaddedSamples(_waiting[i].PartSamples) == padded)
            {
                batch.Tickets.Add(_waiting[i]);
                _waiting.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    /// <summary>Whether an utterance has waited for a quarter of the time it has: the pool has too much to do, and in the end would skip it.</summary>
    public bool IsPressed(long now)
    {
        foreach (var ticket in _waiting)
            if (ticket.Deadline != long.MaxValue && now - ticket.Arrival > (ticket.Deadline - ticket.Arrival) / 4) return true;
        return false;
    }

    /// <summary>Whether somebody waits for a forced end.</summary>
    public bool HasFlush => _waiting.Exists(static ticket => ticket.Flush is not null);

    /// <summary>Takes out tickets whose deadline has passed, and those of closed streams, which nobody waits for.</summary>
    public void RemoveExpired(SecondPassBatch batch, long now)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var ticket = _waiting[i];
            if (ticket.Stream.State != StreamState.Closed && now <= ticket.Deadline) continue;
            if (ticket.Stream.State != StreamState.Closed) batch.Expired.Add(ticket);
            _waiting.RemoveAt(i);
        }
    }

    // somebody waits for the answer to a forced end; the others keep their order of arrival
    private static long Urgency(UtteranceTicket ticket) => ticket.Flush is null ? ticket.Arrival : long.MinValue / 2 + ticket.Arrival;
}
