namespace Speechmatics.Speech.Decoding.Beam;

/// <summary>A hypothesis as it would be after a step; <paramref name="Token"/> is -1 where none is emitted; <paramref name="Row"/> holds the logits. Best first; of equal ones the first found.</summary>
internal readonly record struct BeamCandidate(double Score, int Order, int Parent, int Token, int Duration, long NextFrame, ulong Transcript, int Row) : IComparable<BeamCandidate>
{
    public int CompareTo(BeamCandidate other)
    {
        var order = other.Score.CompareTo(Score);
        return order != 0 ? order : Order.CompareTo(other.Order);
    }
}
