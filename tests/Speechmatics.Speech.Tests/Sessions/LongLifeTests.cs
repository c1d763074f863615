using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// Sessions that live for days, with the fake model. Days pass in two ways: hours of audio fed as fast as they go (<c>SPEECH_LONGLIFE_HOURS</c>, 6 in the suite), and a saved session whose counters are moved on to just
/// before its hundredth day.
/// </summary>
[Collection(Alone.Name)]
public class LongLifeTests
{
    private static readonly int Hours = ChaosTests.Setting("SPEECH_LONGLIFE_HOURS", 6);

    [Fact]
    public async Task Times_stay_exact_and_memory_flat_over_many_hours()
    {
        var model = new FakeModel();
        await using var pool = Create(model);
        var options = Options(16);
        await using var session = await pool.OpenAsync(options);
        var words = 0L;
        var reading = Task.Run(async () =>
        {
            await foreach (var speechEvent in session.ReadEventsAsync())
            {
                if (speechEvent is not FinalTranscript final) continue;
                foreach (var word in final.Words)
                {
                    // ten words, one every fourth frame, at the beginning of each period
                    var frame = (words / 10 * FakeModel.Period) + (words % 10 * 4);
                    Assert.Equal((frame * Frame, (frame + 3) * Frame, model.WordAt(frame)), (word.Start, word.End, word.Text));
                    words++;
                }
            }
        });
        var second = new float[SampleRate];
        var early = 0L;
        for (var i = 0; i < Hours * 3600; i++)
        {
            await session.WriteAsync((ReadOnlyMemory<float>)second);
            if (i == Hours * 360) early = GC.GetTotalMemory(forceFullCollection: true);
            if (reading.IsCompleted) break;
        }

        var late = GC.GetTotalMemory(forceFullCollection: true);
        session.Complete();
        await reading.WaitAsync(Patience);
        TestContext.Current.SendDiagnosticMessage($"{Hours} h in one session: {words} words, memory {early / 1e6:0.00} then {late / 1e6:0.00} MB");
        Assert.Equal((((Hours * 45_000L) + FakeModel.Period - 37) / FakeModel.Period) * 10, words, 10.0);
        Assert.Equal(TimeSpan.FromHours(Hours), session.AudioReceived);
        Assert.InRange(late - early, long.MinValue, 1_000_000);
        Assert.InRange(pool.Engine.MelSegments.Count.Lent, 0, 40);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(null)]
    public async Task The_hundredth_day_is_like_the_first(int? chunkFrames)
    {
        // half an hour before the end of the hundredth day, in whole periods
        const long Jump = ((100L * 86400) - 1800) * 25 / 2 / FakeModel.Period * FakeModel.Period;
        var model = new FakeModel();
        await using var pool = Create(model);
        await using var young = await pool.OpenAsync(Options(chunkFrames));
        Assert.True(young.TryWrite(Silence(9.87)));
        await UntilAsync(() => young.AudioRecognized.TotalSeconds > 8, "the first words");
        await UntilAsync(() => pool.GetStatus().QueuedSessions == 0, "rest");
        Assert.Equal(TimeSpan.FromMilliseconds(9870), young.AudioReceived);
        var state = await young.ExportStateAsync();
        await using var old = await pool.RestoreAsync(Shift(state, Jump));
        Assert.Equal((Jump * Frame) + TimeSpan.FromMilliseconds(9870), old.AudioReceived);
        var (first, second) = (PlayAsync(young), PlayAsync(old));
        var (expected, actual) = (await first, await second);

        Assert.True(
            actual.Count <= expected.Count,
            $"{expected.Count} and {actual.Count} events; the old one begins {string.Join("; ", actual.Take(4))}, the young one {string.Join("; ", expected.Take(4))}, and they end {actual[^1]}; {expected[^1]}");

        // what the young one said before it was copied
        expected = expected[^actual.Count..];
        for (var i = 0; i < actual.Count; i++)
        {
            switch (expected[i], actual[i])
            {
                case (FinalTranscript a, FinalTranscript b):
                    Assert.Equal(a.Words.Select(word => (word.Text, word.Start + (Jump * Frame), word.End + (Jump * Frame))), b.Words.Select(word => (word.Text, word.Start, word.End)));
                    break;
                case (EndOfUtterance a, EndOfUtterance b):
                    Assert.Equal((a.Time + (Jump * Frame), a.Reason), (b.Time, b.Reason));
                    break;
                default:
                    Assert.Fail($"{expected[i]} and {actual[i]}");
                    break;
            }
        }

        Assert.True(actual.OfType<FinalTranscript>().Last().End > TimeSpan.FromDays(100));
        Assert.True(actual.Count > 1000);

        async Task<List<SpeechEvent>> PlayAsync(SpeechSession session)
        {
            var events = await Clips.PlayAsync(session, Silence(3600)).WaitAsync(Patience);
            return [.. events.Where(e => e is FinalTranscript or EndOfUtterance)];
        }
    }
}
