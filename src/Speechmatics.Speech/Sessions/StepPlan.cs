namespace Speechmatics.Speech.Sessions;

/// <summary>The next thing due for a stream.</summary>
/// <param name="Kind">What.</param>
/// <param name="ChunkFrames">The chunk in encoder frames; 0 without a model run.</param>
internal readonly record struct StepPlan(StepKind Kind, int ChunkFrames);
