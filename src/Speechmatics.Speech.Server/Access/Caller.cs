namespace Speechmatics.Speech.Server.Access;

/// <summary>Who calls: a key's name, or the address where no keys are asked for.</summary>
internal sealed record Caller(string Name, int? MaxSessions);
