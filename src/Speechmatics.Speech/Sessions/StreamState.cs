namespace Speechmatics.Speech.Sessions;

/// <summary>Where a stream stands with the scheduler.</summary>
internal enum StreamState
{
    /// <summary>Nothing due, or not known to be.</summary>
    Idle,

    /// <summary>In the scheduler's heap.</summary>
    Queued,

    /// <summary>Owned by a worker or by a snapshot: nobody else touches its engine state.</summary>
    Running,

    /// <summary>Over: it holds no slot and no audio.</summary>
    Closed,
}
