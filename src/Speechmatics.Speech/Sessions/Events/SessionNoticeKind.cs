namespace Speechmatics.Speech.Sessions;

/// <summary>What a <see cref="SessionNotice"/> is about.</summary>
public enum SessionNoticeKind
{
    /// <summary>The pool is busy: the session now runs with larger chunks, so that events come later.</summary>
    LatencyDegraded,

    /// <summary>The pool has room again: the session runs with its usual chunks.</summary>
    LatencyRestored,

    /// <summary>Audio was given faster than it could be taken and some of it was dropped, as the session's options ask.</summary>
    AudioDropped,

    /// <summary>The audio source ended early or is damaged; what was readable has been recognised.</summary>
    AudioTruncated,

    /// <summary>The pool was too busy to read an utterance a second time: its final has the first pass's words.</summary>
    SecondPassSkipped,

    /// <summary>The second pass's reading of an utterance was not plausible: its final has the first pass's words.</summary>
    SecondPassRejected,

    /// <summary>The session comes near one of its limits.</summary>
    NearLimit,

    /// <summary>Words were left out because the voice activity model heard no speech there; the message has them.</summary>
    WordsSuppressed,

    /// <summary>Speech had given no words and was decoded again; words that were found then follow as a final.</summary>
    BlankSpanRescued,

    /// <summary>Speech had given no words and could not be decoded again.</summary>
    BlankSpanSkipped,
}
