namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>Words of confidence <paramref name="From"/> to <paramref name="To"/>: their mean confidence, and the share of them that was right.</summary>
internal readonly record struct CalibrationBin(double From, double To, int Words, double Confidence, double Right);
