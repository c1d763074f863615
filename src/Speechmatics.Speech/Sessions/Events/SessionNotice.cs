namespace Speechmatics.Speech.Sessions;

/// <summary>Something about the session itself that its owner should know. The session goes on.</summary>
public sealed record SessionNotice : SpeechEvent
{
    /// <summary>What the notice is about.</summary>
    public required SessionNoticeKind Kind { get; init; }

    /// <summary>The notice in words, for logs.</summary>
    public required string Message { get; init; }

    /// <summary>Where in the audio it happened.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>For <see cref="SessionNoticeKind.AudioDropped"/>: how much audio was lost. Otherwise zero.</summary>
    public TimeSpan Dropped { get; init; }
}
