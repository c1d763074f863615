using System.Globalization;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// Random sessions in one pool, half of them enhanced. The suite runs them for half a minute; for the long run set <c>SPEECH_CHAOS_SECONDS=600</c>, for other lives <c>SPEECH_CHAOS_SEED</c>.
/// </summary>
[Collection(Alone.Name)]
public class ChaosTests(ModelFixture fixture, EnhancedModelFixture enhanced, VoiceActivityModelFixture voice) : IClassFixture<EnhancedModelFixture>, IClassFixture<VoiceActivityModelFixture>
{
    private static readonly int Seconds = Setting("SPEECH_CHAOS_SECONDS", 30);
    private static readonly int Seed = Setting("SPEECH_CHAOS_SEED", 1);

    [Fact]
    public async Task Whatever_happens_to_others_a_session_says_what_it_says_alone_and_nothing_stays_behind()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) =>
        {
            lock (unobserved) unobserved.Add(e.Exception);
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { Workers = 2, MaxSessions = 30, AdmissionTimeout = Timeout.InfiniteTimeSpan, VoiceActivityModel = voice.Model });
            await using var other = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { Workers = 1, MaxSessions = 30, AdmissionTimeout = Timeout.InfiniteTimeSpan, VoiceActivityModel = voice.Model });
            await using var run = new ChaosRun(fixture.Model, enhanced.Model, voice.Model, pool, other, Seed);
            await run.RunAsync(TimeSpan.FromSeconds(Seconds / 4.0), atOnce: 40, least: 50);
            var early = GC.GetTotalMemory(forceFullCollection: true);
            var count = await run.RunAsync(TimeSpan.FromSeconds(Seconds * 0.75), atOnce: 40, least: 100);

            for (var i = 0; i < 200 && pool.GetStatus().ActiveSessions + pool.GetStatus().StateBytes + other.GetStatus().ActiveSessions > 0; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(20);
            }

            var late = GC.GetTotalMemory(forceFullCollection: true);
            TestContext.Current.SendDiagnosticMessage($"chaos, seed {Seed}: {count} sessions in the later part, {run.Compared} compared ({run.Summary}); memory {early / 1e6:0.0} then {late / 1e6:0.0} MB; {pool.GetStatus()}");
            Assert.True(run.Compared > 20, $"only {run.Compared} sessions were compared");
            foreach (var each in (SessionPool[])[pool, other])
            {
                var status = each.GetStatus();
                Assert.Equal((0, 0L, 0L, 0L, 0), (status.ActiveSessions, status.StateBytes, status.FailedSessions, status.AudioDropped.Ticks, status.QueuedSessions));
                Assert.Equal(0, each.Engine.MelSegments.Count.Lent);
            }

            Assert.InRange(late - early, long.MinValue, 20_000_000);
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    [Fact]
    public async Task Runs_that_fail_at_random_end_only_the_sessions_in_them()
    {
        var random = new Random(Seed);
        var rows = 0;
        var model = new FaultyModel(fixture.Model);
        await using var pool = new SessionPool(model, new SessionPoolOptions { Workers = 2, MaxSessions = 30, AdmissionTimeout = Timeout.InfiniteTimeSpan, VoiceActivityModel = voice.Model }, TimeProvider.System);
        await (await pool.OpenAsync()).DisposeAsync();
        model.ShouldFail = count =>
        {
            lock (random)
            {
                if (random.Next(100) != 0) return false;
                rows += count;
                return true;
            }
        };
        await using var other = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 1, MaxSessions = 30, AdmissionTimeout = Timeout.InfiniteTimeSpan, VoiceActivityModel = voice.Model });
        await using var run = new ChaosRun(fixture.Model, enhanced.Model, voice.Model, pool, other, Seed + 1) { FailuresExpected = true };
        var count = await run.RunAsync(TimeSpan.FromSeconds(Seconds / 5.0), atOnce: 20, least: 100);
        for (var i = 0; i < 200 && pool.GetStatus().ActiveSessions + pool.GetStatus().StateBytes > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20);
        }

        TestContext.Current.SendDiagnosticMessage($"faults, seed {Seed}: {count} sessions, {run.Failed} met a failure of {model.Failures} runs with {rows} rows, {run.Compared} compared ({run.Summary})");
        Assert.True(model.Failures > 0 && run.Failed > 0 && run.Compared > 10);
        Assert.Equal(rows, pool.GetStatus().FailedSessions);
        Assert.InRange(run.Failed, 1, rows);
        Assert.Equal((0, 0L), (pool.GetStatus().ActiveSessions, pool.GetStatus().StateBytes));
        Assert.Equal(0, pool.Engine.MelSegments.Count.Lent);
    }

    internal static int Setting(string name, int normal) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : normal;
}
