namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>How much audio has been recognised, and of how much where that is known.</summary>
internal readonly record struct TranscriptionProgress(TimeSpan Done, TimeSpan? Total);
