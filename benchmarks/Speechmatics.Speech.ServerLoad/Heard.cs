namespace Speechmatics.Speech.ServerLoad;

/// <summary>Something that came back to a caller.</summary>
/// <param name="Kind">What.</param>
/// <param name="EndSeconds">Of words: the audio time at which the last of them ends.</param>
/// <param name="Problem">Of a problem: its name.</param>
internal readonly record struct Heard(HeardKind Kind, double EndSeconds = 0, string? Problem = null);
