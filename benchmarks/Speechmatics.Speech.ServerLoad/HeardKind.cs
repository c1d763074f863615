namespace Speechmatics.Speech.ServerLoad;

/// <summary>What a caller hears back.</summary>
internal enum HeardKind
{
    /// <summary>An audio message was taken.</summary>
    Acknowledged,

    /// <summary>Words that may change.</summary>
    Partial,

    /// <summary>Words that will not.</summary>
    Final,

    /// <summary>An error; nothing follows.</summary>
    Problem,

    /// <summary>Nothing of interest.</summary>
    Other,
}
