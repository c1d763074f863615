namespace Speechmatics.Speech.Server.Realtime;

/// <summary>A time limit with warnings before it. For one thread at a time.</summary>
/// <param name="limit">The limit, or <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
/// <param name="warnings">How long before it to warn, longest first. Those longer than the limit itself never come.</param>
internal sealed class SessionLimit(TimeSpan limit, TimeSpan[] warnings)
{
    private int _given;

    /// <summary>Looks at the clock.</summary>
    /// <param name="elapsed">Since the time that counts began; when it began anew, warnings come anew.</param>
    /// <param name="remaining">What to warn of, when the return value says so.</param>
    /// <param name="next">When to look again.</param>
    /// <returns>Whether a warning is due, or the limit is reached (<paramref name="remaining"/> is zero).</returns>
    public bool Look(TimeSpan elapsed, out TimeSpan remaining, out TimeSpan next)
    {
        remaining = TimeSpan.MaxValue;
        next = TimeSpan.MaxValue;
        if (limit == Timeout.InfiniteTimeSpan) return false;
        var left = limit - elapsed;
        if (left <= TimeSpan.Zero)
        {
            (remaining, next) = (TimeSpan.Zero, TimeSpan.Zero);
            return true;
        }

        var due = 0;
        while (due < warnings.Length && (left <= warnings[due] || warnings[due] >= limit)) due++;
        next = left - (due < warnings.Length ? warnings[due] : TimeSpan.Zero);
        var warn = due > _given && warnings[due - 1] < limit;
        if (warn) remaining = warnings[due - 1];
        _given = due;
        return warn;
    }
}
