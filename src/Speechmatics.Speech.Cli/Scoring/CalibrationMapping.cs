namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>A map of confidences and the expected calibration error before and after it, on <paramref name="Words"/> words of recordings that it was not fitted on.</summary>
internal sealed record CalibrationMapping(LogisticMap Map, int Words, double ErrorBefore, double ErrorAfter);
