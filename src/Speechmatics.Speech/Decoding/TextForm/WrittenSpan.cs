namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>How a rule writes some words; without text they stay as they are and no other rule is to touch them.</summary>
internal readonly record struct WrittenSpan(int Length, string? Text)
{
    public static WrittenSpan None => default;

    public bool Matched => Length > 0;
}
