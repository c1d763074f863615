using Speechmatics.Speech.Cli.Load;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class LoadScheduleTests
{
    private static readonly LoadSettings Settings = new() { ModelPath = "", AudioFolder = "", Sessions = 50, Duration = TimeSpan.FromSeconds(60) };

    [Fact]
    public void Steady_sessions_start_at_random_within_the_longest_chunk_and_stay_to_the_end()
    {
        var plan = LoadSchedule.Create(Settings);
        Assert.Equal(Enumerable.Range(0, 50), plan.Select(session => session.Number).Order());
        Assert.All(plan, session => Assert.InRange(session.Open.TotalSeconds, 0, 1.28));
        Assert.All(plan, session => Assert.Equal(Settings.Duration, session.Close));
        Assert.Equal(plan.Select(session => session.Open).Order(), plan.Select(session => session.Open));
        var phases = plan.Select(session => session.Open.TotalMilliseconds % 160).Order().ToArray();
        Assert.True(phases.Zip(phases.Skip(1), (a, b) => b - a).Max() < 40, "the phases of the smallest chunk must not fall together");
    }

    [Fact]
    public void The_seed_decides_the_plan()
    {
        Assert.Equal(LoadSchedule.Create(Settings), LoadSchedule.Create(Settings));
        Assert.NotEqual(LoadSchedule.Create(Settings), LoadSchedule.Create(Settings with { Seed = 2 }));
    }

    [Fact]
    public void A_ramp_rises_evenly_and_holds_for_the_last_fifth()
    {
        var plan = LoadSchedule.Create(Settings with { Pattern = LoadPattern.Ramp });
        Assert.Equal(25, OpenAt(plan, 23.9));
        Assert.Equal(50, OpenAt(plan, 48));
        Assert.Equal(50, OpenAt(plan, 59.9));
    }

    [Fact]
    public void A_spike_comes_and_goes_within_a_second()
    {
        var plan = LoadSchedule.Create(Settings with { Pattern = LoadPattern.Spike, SpikeSessions = 500, SpikeDuration = TimeSpan.FromSeconds(10) });
        Assert.Equal(50, OpenAt(plan, 19.9));
        Assert.InRange(OpenAt(plan, 20.5), 200, 350);
        Assert.Equal(500, OpenAt(plan, 21.01));
        Assert.Equal(500, OpenAt(plan, 29.99));
        Assert.Equal(50, OpenAt(plan, 31.01));
        Assert.Equal(50, OpenAt(plan, 59.9));
    }

    private static int OpenAt(PlannedSession[] plan, double seconds) =>
        plan.Count(session => session.Open.TotalSeconds <= seconds && seconds < session.Close.TotalSeconds);
}
