namespace Speechmatics.Speech.ServerLoad;

/// <summary>Where to, with what.</summary>
internal sealed record LoadTarget(Uri Url, string? Key, string OperatingPoint, IReadOnlyList<Recording> Recordings);
