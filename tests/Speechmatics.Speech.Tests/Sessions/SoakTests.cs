using System.Diagnostics;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.ChaosTests;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Tests that measure the whole process: memory, handles, allocation. They run by themselves, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}

/// <summary>
/// Memory and handles over time. The suite runs a short form; the hour with 300 sessions is
/// <c>SPEECH_SOAK_SESSIONS=300 SPEECH_SOAK_SECONDS=3600 dotnet test --project tests/Speechmatics.Speech.Tests -- --filter-class "*SoakTests"</c>.
/// </summary>
[Collection(Alone.Name)]
public class SoakTests(ModelFixture fixture)
{
    private static readonly int Sessions = Setting("SPEECH_SOAK_SESSIONS", 12);
    private static readonly int Seconds = Setting("SPEECH_SOAK_SECONDS", 20);

    [Fact]
    public async Task Live_sessions_at_the_speed_of_speech_leave_memory_and_handles_flat()
    {
        var audio = Clips.All.SelectMany(clip => clip.Samples).ToArray();
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = Sessions });
        var sessions = new SpeechSession[Sessions];
        var words = 0;
        for (var i = 0; i < Sessions; i++) sessions[i] = await pool.OpenAsync();
        var reading = sessions.Select(session => Task.Run(async () =>
        {
            await foreach (var speechEvent in session.ReadEventsAsync())
                if (speechEvent is FinalTranscript final) Interlocked.Add(ref words, final.Words.Length);
        })).ToArray();

        var start = Stopwatch.GetTimestamp();
        var early = default(Usage);
        for (var piece = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds; piece++)
        {
            for (var i = 0; i < Sessions; i++)
            {
                var at = ((piece * 1600) + (i * 50_000)) % (audio.Length - 1600);
                await sessions[i].WriteAsync(audio.AsMemory(at, 1600));
            }

            if (early == default && Stopwatch.GetElapsedTime(start).TotalSeconds > Seconds / 3.0) early = Usage.Now();
            var wait = TimeSpan.FromSeconds((piece + 1) * 0.1) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
        }

        var late = Usage.Now();
        foreach (var session in sessions) session.Complete();
        await Task.WhenAll(reading).WaitAsync(TimeSpan.FromMinutes(2));
        TestContext.Current.SendDiagnosticMessage($"soak: {Sessions} sessions, {Seconds} s, {words} words; {early} then {late}; {pool.GetStatus()}");
        Assert.True(words > 0);
        Assert.Equal(0, pool.GetStatus().AudioDropped.Ticks);
        late.AssertAtMost(early, managed: 10_000_000, resident: 150_000_000);
    }

    [Fact]
    public async Task Ten_thousand_sessions_opened_and_closed_leave_nothing_behind_and_each_opens_in_a_fraction_of_a_millisecond()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 64 });
        await CycleAsync(500);
        var early = Usage.Now();
        var times = await CycleAsync(10_000);
        var late = Usage.Now();
        Array.Sort(times);
        var (median, slow) = (times[times.Length / 2], times[times.Length * 99 / 100]);
        TestContext.Current.SendDiagnosticMessage($"opening on a warm pool: median {median.TotalMicroseconds:0} us, 99 % below {slow.TotalMicroseconds:0} us; {early} then {late}");
        Assert.True(median < TimeSpan.FromMilliseconds(1), $"{median}");
        late.AssertAtMost(early, managed: 5_000_000, resident: 100_000_000);
        Assert.Equal((0, 0L), (pool.GetStatus().ActiveSessions, pool.GetStatus().StateBytes));

        async Task<TimeSpan[]> CycleAsync(int count)
        {
            var opening = new TimeSpan[count];
            for (var i = 0; i < count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var session = await pool.OpenAsync();
                opening[i] = Stopwatch.GetElapsedTime(start);

                // some with audio, some in the middle of a step
                if (i % 50 == 0) session.TryWrite(Clips.All[i % Clips.All.Count].Samples.AsSpan(0, 8000));
                if (i % 100 == 0) await UntilAsync(() => session.AudioRecognized > TimeSpan.Zero, "a chunk");
                await session.DisposeAsync();
            }

            await UntilAsync(() => pool.GetStatus().StateBytes == 0, "the slots to be freed");
            return opening;
        }
    }

    /// <summary>What the process holds.</summary>
    private readonly record struct Usage(long Managed, long Resident, int Handles)
    {
        public static Usage Now()
        {
            var managed = GC.GetTotalMemory(forceFullCollection: true);
            using var process = Process.GetCurrentProcess();
            return new Usage(managed, process.WorkingSet64, Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount);
        }

        public void AssertAtMost(Usage before, long managed, long resident)
        {
            Assert.True(Managed <= before.Managed + managed, $"managed memory: {before} then {this}");
            Assert.True(Resident <= before.Resident + resident, $"resident memory: {before} then {this}");
            Assert.True(Handles <= before.Handles + 8, $"handles: {before} then {this}");
        }
    }
}
