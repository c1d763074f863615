using Microsoft.Extensions.Logging;

namespace Speechmatics.Speech.Hosting;

/// <summary>Everything this package logs. Event ids are stable; no message holds what was said.</summary>
internal static partial class SpeechLog
{
    [LoggerMessage(1, LogLevel.Information, "Speech engine started: model {Model} ({Language}), second pass {EnhancedModel}, loaded in {Milliseconds:0} ms.")]
    public static partial void EngineStarted(this ILogger logger, string model, string enhancedModel, string language, double milliseconds);

    [LoggerMessage(2, LogLevel.Information, "Speech engine drains: {Sessions} sessions are open and have {Seconds:0} s to end.")]
    public static partial void DrainBegan(this ILogger logger, int sessions, double seconds);

    [LoggerMessage(3, LogLevel.Information, "Speech engine drained in {Seconds:0.0} s; {Sessions} sessions are still open.")]
    public static partial void DrainEnded(this ILogger logger, int sessions, double seconds);
}
