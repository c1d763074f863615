namespace Speechmatics.Speech.Cli.Load;

/// <summary>When one session is opened and closed, from the run's start.</summary>
internal readonly record struct PlannedSession(int Number, TimeSpan Open, TimeSpan Close);
