namespace Speechmatics.Speech.Cli.Load;

/// <summary>Turns a pattern into the times at which sessions open and close. Sessions that start together are spread at random, as callers are, so that their chunks do not fall together.</summary>
internal static class LoadSchedule
{
    /// <summary>Over this time sessions that start together are spread: the longest chunk of the default model, so that any chunk's phases come out even.</summary>
    private static readonly TimeSpan StartSpread = TimeSpan.FromSeconds(1.28);

    private static readonly TimeSpan SpikeSpread = TimeSpan.FromSeconds(1);

    /// <summary>The sessions in the order in which they open.</summary>
    public static PlannedSession[] Create(LoadSettings settings)
    {
        var random = new Random(settings.Seed);
        var duration = settings.Duration;
        var planned = new List<PlannedSession>();
        for (var i = 0; i < settings.Sessions; i++)
        {
            var open = settings.Pattern == LoadPattern.Ramp ? 0.8 * duration * i / settings.Sessions : random.NextDouble() * Shorter(StartSpread, duration / 4);
            planned.Add(new PlannedSession(planned.Count, open, duration));
        }

        if (settings.Pattern == LoadPattern.Spike)
        {
            for (var i = settings.Sessions; i < settings.SpikeSessions; i++)
            {
                var open = SpikeStart(settings) + (random.NextDouble() * SpikeSpread);
                var close = SpikeEnd(settings) + (random.NextDouble() * SpikeSpread);
                planned.Add(new PlannedSession(planned.Count, open, Shorter(close, duration)));
            }
        }

        return [.. planned.OrderBy(session => session.Open)];
    }

    public static TimeSpan SpikeStart(LoadSettings settings) => settings.Duration / 3;

    /// <summary>When the first of the spike's sessions leaves.</summary>
    public static TimeSpan SpikeEnd(LoadSettings settings) => SpikeStart(settings) + settings.SpikeDuration;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
