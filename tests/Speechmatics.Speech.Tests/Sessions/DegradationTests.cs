using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Models;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// What a pool of enhanced sessions gives up under overload, and in which order: comfort first, then latency, then quality, and audio never. The second pass is the real one; the first pass's steps cost what the test
/// says, so that the overload is the same on any machine.
/// </summary>
[Collection(nameof(Cli.AloneInTheProcess))]
public sealed class DegradationTests(EnhancedModelFixture enhanced) : IClassFixture<EnhancedModelFixture>
{
    private const int Rate = 16000;

    /// <summary>Speech for 20 frames of every 32: 1.6 s, and 0.96 s of pause.</summary>
    private const int UtteranceFrames = 32;

    private const int SpeechFrames = 20;

    /// <summary>Frames of silence that end an utterance: 0.6 s.</summary>
    private const int SilenceFrames = 8;

    [Fact]
    public async Task Refined_partials_stop_then_chunks_grow_then_second_passes_are_skipped_and_all_come_back_with_nothing_lost()
    {
        var stepCost = 1;
        var model = new FakeModel(Rate) { IsSpeech = frame => frame % UtteranceFrames < SpeechFrames, Running = rows => Thread.Sleep(Volatile.Read(ref stepCost) * rows) };
        await using var pool = new SessionPool(model, new SessionPoolOptions { Workers = 1, MaxSessions = 20 }, TimeProvider.System, enhanced.Model);
        var smallest = pool.Engine.Layout.ChunkFrames[0] * Frame;
        using var stop = new CancellationTokenSource();
        var steady = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => SpeakAsync(pool, number, stop.Token)));
        await UntilAsync(() => pool.GetStatus().RefinedPartials >= 2, "partials to be refined while the pool is idle");

        // four times as many sessions, and more than one worker can do even at the largest chunk
        using var leave = new CancellationTokenSource();
        Volatile.Write(ref stepCost, 200);
        var spike = await Task.WhenAll(Enumerable.Range(2, 6).Select(number => SpeakAsync(pool, number, leave.Token)));
        await UntilAsync(() => pool.GetStatus().Chunk > smallest, "larger chunks");
        var grown = pool.GetStatus();
        Assert.Equal(0, grown.SkippedReadings);
        await UntilAsync(() => pool.GetStatus().SkippedReadings > 0, "second passes to be skipped");
        var overloaded = pool.GetStatus();
        Assert.True(overloaded.Chunk > smallest);

        // one reading may have been under way when the chunks grew
        Assert.InRange(overloaded.RefinedPartials - grown.RefinedPartials, 0, 1);

        Volatile.Write(ref stepCost, 1);
        await leave.CancelAsync();
        foreach (var speaker in spike) await speaker.AssertNothingLostAsync();
        await UntilAsync(() => pool.GetStatus().Chunk == smallest, "the smallest chunks to come back");
        var calm = pool.GetStatus();
        await UntilAsync(() => pool.GetStatus().RefinedPartials > calm.RefinedPartials, "refined partials to come back");
        var read = pool.GetStatus();
        await UntilAsync(() => pool.GetStatus().Readings > read.Readings, "second passes to come back");
        Assert.Equal(calm.SkippedReadings, pool.GetStatus().SkippedReadings);
        await stop.CancelAsync();
        foreach (var speaker in steady) await speaker.AssertNothingLostAsync();
        Assert.Equal(TimeSpan.Zero, pool.GetStatus().AudioDropped);
        Assert.Equal(0, pool.GetStatus().FailedSessions);
    }

    private static async Task<Speaker> SpeakAsync(SessionPool pool, int number, CancellationToken stop)
    {
        var session = await pool.OpenAsync(new SessionOptions { OperatingPoint = OperatingPoint.Enhanced, MaxDelay = TimeSpan.FromSeconds(1), BufferDuration = TimeSpan.FromMinutes(1) });
        return new Speaker(session, number, stop);
    }

    /// <summary>Plays a recording over and over at the speed of speech until told to stop.</summary>
    private sealed class Speaker(SpeechSession session, int number, CancellationToken stop)
    {
        private readonly Task<List<SpeechEvent>> _events = Clips.ReadAllAsync(session);
        private readonly Task<long> _written = WriteAsync(session, number, stop);

        public async Task AssertNothingLostAsync()
        {
            var samples = await _written.WaitAsync(Patience);
            var events = await _events.WaitAsync(Patience);
            Assert.InRange(session.AudioRecognized.TotalSeconds, (double)samples / Rate, ((double)samples / Rate) + 1.28);
            Assert.DoesNotContain(events, e => e is SessionNotice { Kind: SessionNoticeKind.AudioDropped });

            // every pause ended an utterance, read or not, and so may the end have done
            var frames = samples / 1280;
            var pauses = (frames + UtteranceFrames - SpeechFrames - SilenceFrames) / UtteranceFrames;
            var ends = events.OfType<EndOfUtterance>().ToArray();
            Assert.True(ends.Length >= frames / UtteranceFrames && ends.Length <= pauses + 1, $"{frames} frames: {string.Join(", ", ends.Select(end => $"{end.Reason} {end.Time.TotalSeconds / 0.08:0.0}"))}");
            var finals = events.OfType<FinalTranscript>().ToArray();
            for (var i = 1; i < finals.Length; i++) Assert.True(finals[i].Start >= finals[i - 1].End);
            await session.DisposeAsync();
        }

        private static async Task<long> WriteAsync(SpeechSession session, int number, CancellationToken stop)
        {
            var audio = Clips.Named("librispeech-clean-004").Samples;
            var started = Environment.TickCount64;
            var written = 0L;
            while (!stop.IsCancellationRequested)
            {
                for (; written < (Environment.TickCount64 - started) * (Rate / 1000); written += 1280)
                {
                    var at = (int)((written + (number * 20000)) % (audio.Length - 1280));
                    Assert.True(session.TryWrite(audio.AsSpan(at, 1280)));
                }

                await Task.Delay(20, CancellationToken.None);
            }

            session.Complete();
            return written;
        }
    }
}
