using Microsoft.Extensions.Logging;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>Everything the server logs. Event ids are stable. Only <see cref="FinalHeard"/> holds what was said, and it is written by opt-in alone.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(101, LogLevel.Information, "Session {Session} of {Caller} started: {Audio}.")]
    public static partial void SessionStarted(this ILogger logger, string session, string caller, string audio);

    [LoggerMessage(102, LogLevel.Information, "Session {Session} of {Caller} ended: {AudioSeconds:0.0} s of audio in {Seconds:0.0} s.")]
    public static partial void SessionEnded(this ILogger logger, string session, string caller, double audioSeconds, double seconds);

    [LoggerMessage(103, LogLevel.Information, "Session {Session} was ended with {Error}: {Reason}")]
    public static partial void SessionRefused(this ILogger logger, string session, string error, string reason);

    [LoggerMessage(104, LogLevel.Warning, "Session {Session} was cut off: {Reason}")]
    public static partial void ClientCutOff(this ILogger logger, string session, string reason);

    [LoggerMessage(105, LogLevel.Debug, "The client of session {Session} left before its transcript had ended.")]
    public static partial void ClientLeft(this ILogger logger, string session);

    [LoggerMessage(106, LogLevel.Error, "Session {Session} failed.")]
    public static partial void SessionFailed(this ILogger logger, string session, Exception exception);

    [LoggerMessage(107, LogLevel.Trace, "Session {Session} heard: {Text}")]
    public static partial void FinalHeard(this ILogger logger, string session, string text);

    [LoggerMessage(108, LogLevel.Warning, "A drain was asked for over HTTP.")]
    public static partial void DrainAsked(this ILogger logger);
}
