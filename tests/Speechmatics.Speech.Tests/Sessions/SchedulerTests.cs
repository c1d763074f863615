using Microsoft.Extensions.Time.Testing;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The scheduler with a simulated clock and one simulated worker: what runs when is exact.</summary>
public class SchedulerTests
{
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(10);
    private readonly FakeTimeProvider _clock = new();
    private readonly SessionEngine _engine;
    private readonly StepBatch _batch = new(32);
    private readonly SecondPassBatch _readings = new();

    public SchedulerTests() => _engine = new SessionEngine(new FakeModel(), _clock);

    [Fact]
    public void The_earliest_deadline_goes_first()
    {
        using var slots = new StateSlots(_engine.Layout);
        var scheduler = new StepScheduler(_engine, slots, 1, maxBatch: 1);
        var streams = new List<SessionStream>();
        foreach (var chunk in (int[])[16, 2, 8, 4, 2, 16])
        {
            var stream = new SessionStream(_engine, Options(chunk), 0);
            Feed(stream, chunk);
            scheduler.Notify(stream);
            streams.Add(stream);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var order = new List<SessionStream>();
        while (scheduler.QueuedStreams > 0)
        {
            Assert.True(scheduler.Take(_batch, _readings));
            order.Add(_batch.Streams[0]);
            Run(scheduler);
        }

        // the slack is a quarter of the chunk: 40 ms for the smallest and 320 for the largest
        Assert.Equal(streams.OrderBy(stream => stream.DueSince + _engine.Ticks(stream.PinnedChunkFrames!.Value * 0.02)), order);
        Assert.Equal(streams[1], order[0]);
    }

    /// <summary>Live streams at the speed of speech, alone and next to files that always have audio waiting.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Files_cost_live_streams_no_more_than_the_step_they_run_into(int files)
    {
        var (alone, _) = WorstLag(0);
        var (beside, filesRan) = WorstLag(files);
        TestContext.Current.SendDiagnosticMessage($"worst lag {alone.TotalMilliseconds} ms alone, {beside.TotalMilliseconds} ms beside {files} files, which ran {filesRan} chunks of a step of {StepTime.TotalMilliseconds} ms");
        Assert.True(beside <= alone + StepTime, $"{beside.TotalMilliseconds} ms, alone {alone.TotalMilliseconds} ms");
        Assert.True(filesRan > 1000, $"files ran {filesRan} chunks");
    }

    /// <summary>The longest time from a live chunk's last sample to its result in two minutes, and the chunks that files ran beside it.</summary>
    private (TimeSpan Lag, int FileChunks) WorstLag(int files)
    {
        using var slots = new StateSlots(_engine.Layout);
        var scheduler = new StepScheduler(_engine, slots, 1, null);
        var live = Enumerable.Range(0, 12).Select(i => new SessionStream(_engine, Options(i % 2 == 0 ? 2 : 8), 0)).ToArray();
        var fast = Enumerable.Range(0, files).Select(i => new SessionStream(_engine, Options(i % 3 == 0 ? 16 : 2), 0)).ToArray();
        var began = _clock.GetUtcNow();
        var heard = new int[live.Length];
        var (worst, fileChunks) = (TimeSpan.Zero, 0);
        while (_clock.GetUtcNow() - began < TimeSpan.FromSeconds(120))
        {
            foreach (var stream in fast)
            {
                while (stream.WaitingMelFrames < 500) Feed(stream, 16);
                if (stream.State == StreamState.Idle) scheduler.Notify(stream);
            }

            // the streams begin 37 ms apart
            for (var i = 0; i < live.Length; i++)
            {
                var due = (int)(((_clock.GetUtcNow() - began).TotalMilliseconds - (i * 37)) / 10);
                if (due <= heard[i]) continue;
                live[i].Mel.Append(new float[(due - heard[i]) * 4], _clock.GetTimestamp());
                heard[i] = due;
                scheduler.Notify(live[i]);
            }

            if (scheduler.QueuedStreams == 0)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(1));
                continue;
            }

            Assert.True(scheduler.Take(_batch, _readings));
            foreach (var stream in _batch.Streams)
            {
                if (fast.Contains(stream)) fileChunks++;
                else worst = TimeSpan.FromTicks(Math.Max(worst.Ticks, (_clock.GetElapsedTime(stream.DueSince) + StepTime).Ticks));
            }

            _clock.Advance(StepTime);
            Run(scheduler);
        }

        Assert.All(live, stream => Assert.InRange(stream.Processed * 0.08, 118, 120.1));
        return (worst, fileChunks);
    }

    [Fact]
    public async Task Idle_sessions_cost_nothing_but_their_slot()
    {
        var model = new FakeModel();
        await using var pool = Create(model, maxSessions: 2000);
        var sessions = new List<SpeechSession>();
        for (var i = 0; i < 1000; i++)
        {
            sessions.Add(await pool.OpenAsync(Options(i % 2 == 0 ? 2 : 4)));
            Assert.True(sessions[^1].TryWrite(Silence(1)));
        }

        await UntilAsync(() => sessions.TrueForAll(session => session.AudioRecognized.TotalSeconds > 0.6), "the audio to be recognised");
        await UntilAsync(() => pool.GetStatus().QueuedSessions == 0, "an empty queue");
        await Task.Delay(100);
        var before = pool.GetStatus();
        await Task.Delay(500);
        var after = pool.GetStatus();
        Assert.Equal(before.Steps, after.Steps);
        Assert.Equal(0, after.QueuedSessions);
        Assert.Equal(1000 * pool.Engine.Layout.StateBytesPerSession, after.StateBytes);
        Assert.InRange(pool.Engine.MelSegments.Count.Lent, 0, 2000);
        foreach (var session in sessions) await session.DisposeAsync();
        Assert.Equal(0, pool.GetStatus().StateBytes);
        Assert.Equal(0, pool.Engine.MelSegments.Count.Lent);
    }

    private void Feed(SessionStream stream, int encoderFrames) => stream.Mel.Append(new float[((encoderFrames * 8) + 1) * 4], _clock.GetTimestamp());

    /// <summary>What a worker does with a batch, without a model.</summary>
    private void Run(StepScheduler scheduler)
    {
        foreach (var stream in _batch.Streams)
        {
            stream.Processed += _batch.ChunkFrames;
            stream.Mel.DiscardBefore((stream.Processed * 8) - 2);
            stream.NextArrival = stream.Mel.ArrivalOf(_engine.MelFramesFor(stream.Processed, stream.WantedChunkFrames(scheduler.Controller)) - 1);
        }

        scheduler.Return(_batch, _engine.Ticks(StepTime.TotalSeconds));
    }
}
