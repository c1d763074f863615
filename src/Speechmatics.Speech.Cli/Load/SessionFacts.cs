using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>What is known of a session that has ended.</summary>
/// <param name="Number">Its number in the plan, which with the seed decides its audio.</param>
/// <param name="Samples">Samples written.</param>
/// <param name="Whole">Whether all its events were read.</param>
/// <param name="Errors">Word errors over the clips it played whole.</param>
/// <param name="Fingerprint">Its words and their times as one number.</param>
internal sealed record SessionFacts(int Number, long Samples, bool Whole, ErrorCounts Errors, ulong Fingerprint);
