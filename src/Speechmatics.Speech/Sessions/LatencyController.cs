namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Chooses how large the chunks of elastic sessions are. The answer is a level between 0 (smallest chunk) and the number of sizes less one; between two
/// whole levels a part of the sessions uses the larger size, so that load moves smoothly. The rule, once every <see cref="Interval"/>:
/// <list type="bullet">
/// <item>the workers were busy more than <see cref="HighUtilisation"/> of the last half second or so, or the most urgent chunk waits past its deadline, or an utterance for its second pass longer than a quarter of its time: up by <see cref="UpStep"/>;</item>
/// <item>they were busy less than <see cref="LowUtilisation"/> for <see cref="CalmIntervals"/> intervals in a row: down by <see cref="DownStep"/>;</item>
/// <item>in between: stay. The gap between the two marks and the slow way down are the hysteresis.</item>
/// </list>
/// Up is fast because a spike costs lag at once; down is slow because a smaller chunk costs work: each step down raises the utilisation by a few per cent at most, so that the level comes to rest at the smallest chunks that the workers
/// carry with ease. Not thread-safe: the scheduler calls it under its lock.
/// </summary>
internal sealed class LatencyController(int levels)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    public const double HighUtilisation = 0.85;
    public const double LowUtilisation = 0.70;
    public const int CalmIntervals = 10;
    public const double UpStep = 0.5;
    public const double DownStep = 0.1;

    /// <summary>The share of an interval in the mean: single intervals hold a few steps each and waver.</summary>
    private const double Smoothing = 0.2;

    private double _utilisation;
    private int _calm;

    /// <summary>0 to levels - 1.</summary>
    public double Level { get; private set; }

    /// <summary>The chunk size index for a session whose fixed place among all sessions is <paramref name="place"/>, 0 up to but not including 1.</summary>
    public int IndexFor(double place) => (int)Math.Min(levels - 1, Math.Floor(Level + place));

    /// <summary>Takes in one interval.</summary>
    /// <param name="utilisation">Share of the workers' time that was spent on steps, 0 to 1.</param>
    /// <param name="late">Whether a due chunk waits past its deadline, or an utterance has waited long for its second pass.</param>
    public void Update(double utilisation, bool late)
    {
        _utilisation += Smoothing * (utilisation - _utilisation);
        if (late || _utilisation > HighUtilisation)
        {
            _calm = 0;
            Level = Math.Min(levels - 1, Level + UpStep);
        }
        else if (_utilisation < LowUtilisation)
        {
            if (++_calm >= CalmIntervals) Level = Math.Max(0, Level - DownStep);
        }
        else
        {
            _calm = 0;
        }
    }
}
