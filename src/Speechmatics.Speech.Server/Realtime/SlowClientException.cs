namespace Speechmatics.Speech.Server.Realtime;

/// <summary>The client did not read what was sent to it.</summary>
internal sealed class SlowClientException(TimeSpan patience) : Exception($"The client read nothing for {patience.TotalSeconds:0.#} s.");
