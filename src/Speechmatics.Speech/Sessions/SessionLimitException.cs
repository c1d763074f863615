namespace Speechmatics.Speech.Sessions;

/// <summary>The pool has as many sessions as it may have, and none closed within the time the caller was ready to wait.</summary>
public sealed class SessionLimitException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="limit">The number of sessions the pool may have.</param>
    public SessionLimitException(int limit)
        : base($"The pool already has its {limit} sessions. Raise SessionPoolOptions.MaxSessions, set SessionPoolOptions.AdmissionTimeout to wait for a place, or spread the load.")
    {
        Limit = limit;
    }

    /// <summary>The number of sessions the pool may have.</summary>
    public int Limit { get; }
}
