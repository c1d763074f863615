namespace Speechmatics.Speech.Features;

/// <summary>From mel power to its logarithm: ln(max(power, Floor) + Guard) * Scale. One of floor and guard is above zero.</summary>
internal readonly record struct LogCompression(float Floor, float Guard, float Scale);
