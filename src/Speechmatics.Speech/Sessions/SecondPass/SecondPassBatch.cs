namespace Speechmatics.Speech.Sessions;

/// <summary>Utterance parts of one padded length that one worker reads together. The worker keeps and reuses it.</summary>
internal sealed class SecondPassBatch
{
    public List<UtteranceTicket> Tickets { get; } = [];

    /// <summary>Tickets whose deadline passed before a worker had time for them: the first pass's words stand.</summary>
    public List<UtteranceTicket> Expired { get; } = [];

    public void Clear()
    {
        Tickets.Clear();
        Expired.Clear();
    }
}
