namespace Speechmatics.Speech.Hosting;

/// <summary>The questions that the health checks answer.</summary>
internal enum SpeechHealth
{
    Started,
    Live,
    Ready,
}
