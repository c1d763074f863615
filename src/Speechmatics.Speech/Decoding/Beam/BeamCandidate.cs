namespace Speechmatics.Speech.Decoding.Beam;

/// <summary>
/// A hypothesis as it would be after a step; <paramref name="Token"/> is -1 where none is emitted; <paramref name="Row"/> holds the logits. <paramref name="Sure"/> is the score without what phrases under way would give
/// back. Best score first; of equal ones the first found.
/// </summary>
internal record struct BeamCandidate(double Score, double Sure, int Order, int Parent, int Token, int Duration, long NextFrame, ulong Transcript, int Row) : IComparable<BeamCandidate>
{
    /// <summary>Whether it is to be a hypothesis.</summary>
    public bool Kept { get; set; }

    public readonly int CompareTo(BeamCandidate other)
    {
        var order = other.Score.CompareTo(Score);
        return order != 0 ? order : Order.CompareTo(other.Order);
    }
}
