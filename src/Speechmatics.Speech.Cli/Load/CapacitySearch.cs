namespace Speechmatics.Speech.Cli.Load;

/// <summary>Finds the largest number of sessions that holds: doubles until one does not, then halves the gap until it is within a fortieth.</summary>
internal static class CapacitySearch
{
    private const int MostSessions = 1 << 20;
    private const double Tolerance = 0.025;

    /// <summary>The largest number tried that holds; 0 when not even one session does.</summary>
    public static async Task<int> FindAsync(int first, Func<int, Task<bool>> holds)
    {
        var (held, failed) = (0, 0);
        for (var sessions = Math.Max(1, first); failed == 0; sessions *= 2)
        {
            if (await holds(sessions).ConfigureAwait(false)) held = sessions;
            else failed = sessions;
            if (sessions >= MostSessions) return held;
        }

        while (failed - held > Math.Max(1, Tolerance * failed))
        {
            var middle = held + ((failed - held) / 2);
            if (await holds(middle).ConfigureAwait(false)) held = middle;
            else failed = middle;
        }

        return held;
    }
}
