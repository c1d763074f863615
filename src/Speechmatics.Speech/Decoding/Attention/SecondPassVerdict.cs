namespace Speechmatics.Speech.Decoding;

/// <summary>What a <see cref="SecondPassPolicy"/> makes of a reading, and why.</summary>
internal readonly record struct SecondPassVerdict(SecondPassDecision Decision, SecondPassReason Reason);
