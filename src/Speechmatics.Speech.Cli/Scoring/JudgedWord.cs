namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>A recognised word's confidence, and whether it was right.</summary>
internal readonly record struct JudgedWord(float Confidence, bool Right);
