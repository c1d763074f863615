namespace Speechmatics.Speech.Sessions;

/// <summary>Mel frames in a row and, for each, when the last sample it needs arrived (timestamp of the pool's clock).</summary>
internal sealed record MelSegment(float[] Frames, long[] Arrivals);
