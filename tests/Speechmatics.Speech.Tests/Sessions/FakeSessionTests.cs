using Microsoft.Extensions.Time.Testing;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Corners of the pool that need a model which can be held up, and whose words are known beforehand.</summary>
public class FakeSessionTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(null)]
    public async Task Every_frame_is_decoded_once_and_rings_stay_in_order(int? chunkFrames)
    {
        var model = new FakeModel();
        await using var pool = Create(model, workers: 2);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var session = await pool.OpenAsync(Options(chunkFrames));
            return await Clips.PlayAsync(session, Silence(60 + i), 1000 + (77 * i)).WaitAsync(Patience);
        }));
        for (var i = 0; i < sessions.Length; i++)
        {
            var frames = (long)Math.Ceiling((60 + i) / 0.08);
            Assert.Equal(Enumerable.Range(0, (int)frames).Where(f => f % 4 == 0 && model.IsSpeech(f)).Select(f => (long)f), WordFrames(sessions[i]));
            Assert.All(sessions[i].OfType<FinalTranscript>().SelectMany(f => f.Words), word => Assert.Equal(0, word.Start.Ticks % Frame.Ticks));
            Assert.Equal((frames + FakeModel.Period - 47) / FakeModel.Period, sessions[i].OfType<EndOfUtterance>().Count(e => e.Reason == EndOfUtteranceReason.TrailingSilence));
        }
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(2.5)]
    [InlineData(2.57)]
    public async Task A_small_buffer_never_stalls_a_writer_of_large_pieces(double bufferSeconds)
    {
        await using var pool = Create(new FakeModel());
        var options = Options(16);
        options.BufferDuration = TimeSpan.FromSeconds(bufferSeconds);
        await using var session = await pool.OpenAsync(options);
        await session.WriteAsync(Silence(60)).AsTask().WaitAsync(Patience);
        for (var written = 0; written < 20;)
        {
            if (session.TryWrite(Silence(1.2))) written++;
            await UntilAsync(() => session.AudioReceived - session.AudioRecognized < TimeSpan.FromSeconds(1.3), "the pool to recognise what it can");
        }

        session.Complete();
        await ReadAsync(session);
        Assert.InRange(session.AudioRecognized.TotalSeconds, 84, 86);
    }

    [Fact]
    public async Task Disposing_a_session_in_its_step_is_no_failure()
    {
        var model = new FakeModel { IsSpeech = _ => true };
        using var gate = new Gate(model);
        await using var pool = Create(model);
        var session = await pool.OpenAsync(Options());
        await gate.HoldAsync(session, Silence(0.5));
        await session.DisposeAsync();
        Assert.Equal(0, pool.GetStatus().ActiveSessions);
        gate.Open();
        await UntilAsync(() => pool.GetStatus().StateBytes == 0, "the slot to be freed");
        Assert.Equal(0, pool.GetStatus().FailedSessions);
    }

    [Fact]
    public async Task Callers_that_wait_for_places_all_get_them()
    {
        await using var pool = Create(new FakeModel(), maxSessions: 1, admission: Timeout.InfiniteTimeSpan);
        var all = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++) await (await pool.OpenAsync(Options())).DisposeAsync();
        })));
        await UntilAsync(() => all.IsCompleted, $"callers: {pool.GetStatus()}");
        await all;
        Assert.Equal(0, pool.GetStatus().ActiveSessions);
    }

    [Fact]
    public async Task Audio_dropped_between_steps_moves_the_words_after_it_and_no_others()
    {
        var model = new FakeModel { IsSpeech = _ => true };
        using var gate = new Gate(model);
        await using var pool = Create(model);
        await using var busy = await pool.OpenAsync(Options());
        var options = Options();
        options.BufferDuration = TimeSpan.FromSeconds(2);
        options.Overrun = OverrunPolicy.DropOldest;
        await using var session = await pool.OpenAsync(options);
        Assert.True(session.TryWrite(Silence(0.99)));
        await UntilAsync(() => session.AudioRecognized.TotalSeconds > 0.9, "the first chunks");
        await gate.HoldAsync(busy, Silence(0.5));
        for (var i = 0; i < 60; i++) Assert.True(session.TryWrite(Silence(0.1)));
        gate.Open();
        session.Complete();
        var events = await ReadAsync(session);
        var notices = events.OfType<SessionNotice>().ToArray();
        var (from, dropped) = ((long)Math.Round(notices[0].Time / Frame), (long)Math.Round(notices.Sum(n => n.Dropped.Ticks) / (double)Frame.Ticks));
        Assert.InRange(dropped, 40, 75);
        Assert.All(notices, notice => Assert.True(notice.Dropped > TimeSpan.Zero));
        var frames = (long)Math.Round(session.AudioRecognized / Frame);
        Assert.Equal(Enumerable.Range(0, (int)frames).Where(f => f % 4 == 0).Select(f => f < from ? f : f + dropped), WordFrames(events).Take((int)(frames + 3) / 4));
    }

    [Theory]
    [InlineData(1.9)]
    [InlineData(1.2)]
    [InlineData(0.7)]
    public async Task Dropping_audio_before_a_flush_leaves_both_in_order(double beforeFlush)
    {
        var model = new FakeModel { IsSpeech = _ => true };
        using var gate = new Gate(model);
        await using var pool = Create(model);
        await using var busy = await pool.OpenAsync(Options());
        var options = Options();
        options.BufferDuration = TimeSpan.FromSeconds(2);
        options.Overrun = OverrunPolicy.DropOldest;
        await using var session = await pool.OpenAsync(options);
        await gate.HoldAsync(busy, Silence(0.5));
        Assert.True(session.TryWrite(Silence(beforeFlush)));
        var flush = session.FlushAsync();
        Assert.True(session.TryWrite(Silence(1.95)));
        Assert.True(session.TryWrite(Silence(0.5)));
        gate.Open();
        await flush.WaitAsync(Patience);
        session.Complete();
        var events = await ReadAsync(session);
        Assert.Equal(0, pool.GetStatus().FailedSessions);
        var dropped = TimeSpan.FromTicks(events.OfType<SessionNotice>().Sum(n => n.Dropped.Ticks));
        Assert.InRange((session.AudioReceived - session.AudioRecognized - dropped).TotalSeconds, -0.17, 0.01);
        Assert.Single(events.OfType<EndOfUtterance>(), e => e.Reason == EndOfUtteranceReason.Forced);

        // the forced end lies before what was written after the flush
        var forced = events.FindIndex(e => e is EndOfUtterance { Reason: EndOfUtteranceReason.Forced });
        Assert.All(WordFrames(events.Take(forced)), frame => Assert.True(frame * 0.08 <= beforeFlush, $"a word at frame {frame} is in the flush at {beforeFlush} s"));
    }

    [Fact]
    public async Task Audio_that_a_flush_looks_at_is_not_dropped_under_it()
    {
        var model = new FakeModel { IsSpeech = _ => true };
        using var gate = new Gate(model);
        await using var pool = Create(model);
        var options = Options(16);
        options.BufferDuration = TimeSpan.FromSeconds(2);
        options.Overrun = OverrunPolicy.DropOldest;
        await using var session = await pool.OpenAsync(options);
        Assert.True(session.TryWrite(Silence(1)));
        var held = gate.Close();
        var flush = session.FlushAsync();
        await held();
        for (var i = 0; i < 8; i++) Assert.True(session.TryWrite(Silence(0.5)));
        gate.Open();
        await flush.WaitAsync(Patience);
        session.Complete();
        var events = await ReadAsync(session);
        Assert.All(events.OfType<SessionNotice>(), notice => Assert.True(notice.Time >= TimeSpan.FromSeconds(1), $"{notice}"));
        Assert.NotEmpty(events.OfType<SessionNotice>());
        Assert.Equal(WordFrames(events).Distinct().Order(), WordFrames(events));
    }

    [Fact]
    public async Task A_flush_a_frame_longer_than_the_largest_chunk_loses_no_word()
    {
        await using var pool = Create(new FakeModel { IsSpeech = _ => true });
        await using var session = await pool.OpenAsync(Options(16));
        Assert.True(session.TryWrite(new float[129 * 40]));
        await session.FlushAsync().WaitAsync(Patience);
        Assert.True(session.TryWrite(Silence(1)));
        session.Complete();
        var words = WordFrames(await ReadAsync(session));
        Assert.Equal(new long[] { 0, 4, 8, 12, 16, 20, 24, 28 }, words);
    }

    [Fact]
    public async Task A_restored_session_that_was_complete_ends_by_itself()
    {
        var model = new FakeModel();
        using var gate = new Gate(model);
        await using var pool = Create(model);
        await using var busy = await pool.OpenAsync(Options());
        await using var session = await pool.OpenAsync(Options());
        await gate.HoldAsync(busy, Silence(0.5));
        Assert.True(session.TryWrite(Silence(4)));
        session.Complete();
        var state = await session.ExportStateAsync();
        gate.Open();
        await using var restored = await pool.RestoreAsync(state);
        Assert.Equal(WordFrames(await ReadAsync(session)), WordFrames(await ReadAsync(restored)));
        restored.Complete();
    }

    [Fact]
    public async Task Disposing_the_pool_waits_for_a_snapshot_under_way()
    {
        var clock = new StoppableClock();
        var model = new FakeModel();
        var pool = Create(model, clock: clock);
        byte[] state;
        await using (var session = await pool.OpenAsync(Options()))
        {
            Assert.True(session.TryWrite(Silence(2)));
            await UntilAsync(() => session.AudioRecognized > TimeSpan.FromSeconds(1.5), "the chunks");
            state = await session.ExportStateAsync();
        }

        clock.StopsOnThisThread = true;
        var restoring = Task.Run(async () =>
        {
            clock.StopHere();
            await pool.RestoreAsync(state);
        });
        await UntilAsync(() => clock.Stopped, "the restoring");
        var disposing = pool.DisposeAsync().AsTask();
        await Task.Delay(200);
        Assert.False(disposing.IsCompleted);
        clock.Go();
        await restoring.WaitAsync(Patience);
        await disposing.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_state_that_contradicts_itself_is_refused()
    {
        await using var pool = Create(new FakeModel());
        await using var session = await pool.OpenAsync(Options());
        Assert.True(session.TryWrite(Silence(3)));
        await UntilAsync(() => session.AudioRecognized > TimeSpan.FromSeconds(2.5), "the chunks");
        var state = await session.ExportStateAsync();
        foreach (var processed in new long[] { -1, 0, 1_000_000, long.MaxValue / 2 })
            await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(Shift(state, 0, processed)));
        await (await pool.RestoreAsync(Shift(state, 0))).DisposeAsync();
        Assert.Equal(1, pool.GetStatus().ActiveSessions);
    }

    [Fact]
    public void Restored_hours_do_not_count_as_being_ahead_of_real_time_and_a_flush_goes_before_everything()
    {
        var clock = new FakeTimeProvider();
        var engine = new SessionEngine(new FakeModel(), clock);
        var stream = new SessionStream(engine, Options(), 0) { Processed = 3600 * 100 };
        var plan = new StepPlan(StepKind.Chunk, 2);
        stream.SetDeadline(plan, clock.GetTimestamp());
        Assert.True(stream.Spare); // hours of audio at once
        stream.RestartPace();
        stream.SetDeadline(plan, clock.GetTimestamp());
        Assert.False(stream.Spare);
        Assert.InRange(stream.Deadline, clock.GetTimestamp(), clock.GetTimestamp() + engine.Ticks(0.1));

        stream.Processed += 3600;
        stream.SetDeadline(plan, clock.GetTimestamp());
        Assert.True(stream.Spare);
        stream.Flush = new FlushRequest(0, [], 0, clock.GetTimestamp());
        stream.SetDeadline(plan, clock.GetTimestamp());
        Assert.False(stream.Spare);

        // and before chunks of others that have been late for half a second
        var late = new SessionStream(engine, Options(), 0);
        late.SetDeadline(plan, clock.GetTimestamp() - engine.Ticks(0.5));
        Assert.True(stream.Deadline < late.Deadline);

        // a flush that has just come does not make the pool late, though its deadline is past
        Assert.Equal(clock.GetTimestamp(), stream.LateFrom);
    }

    [Fact]
    public async Task What_a_client_said_under_load_before_it_paused_is_recognised_without_more_audio()
    {
        await using var pool = Create(new FakeModel());
        await using var session = await pool.OpenAsync(new SessionOptions { SampleRate = 4000 });
        for (var i = 0; i < 10; i++) pool.Controller.Update(1, late: true);
        Assert.True(session.TryWrite(Silence(0.6)));
        await Task.Delay(100);
        Assert.Equal(TimeSpan.Zero, session.AudioRecognized); // chunks are 1.28 s long now, this session's first 0.64 s
        await UntilAsync(() => session.AudioRecognized >= TimeSpan.FromSeconds(0.48), "what was said");
    }

    [Fact]
    public void Under_load_each_session_begins_large_chunks_on_a_grid_of_its_own_and_keeps_to_it()
    {
        var engine = new SessionEngine(new FakeModel(), TimeProvider.System);
        var sizes = engine.Layout.ChunkFrames;
        var controller = new LatencyController(sizes.Length);
        for (var i = 0; i < 10; i++) controller.Update(1, late: true);
        var phases = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            // all began at the same moment and ran small chunks until now
            var stream = new SessionStream(engine, Options(chunkFrames: null), i * 0.6180339887 % 1) { Processed = 10 };
            var small = 0;
            for (; stream.WantedChunkFrames(controller) < sizes[^1]; small++) stream.Processed += stream.WantedChunkFrames(controller);
            Assert.InRange(small, 0, sizes.Length - 1);
            Assert.Equal(sizes[^1], stream.LevelChunkFrames(controller));
            phases.Add(stream.Processed % sizes[^1]);
            stream.Processed += sizes[^1];
            Assert.Equal(sizes[^1], stream.WantedChunkFrames(controller));
        }

        var perPhase = phases.CountBy(phase => phase).Select(pair => pair.Value).ToArray();
        Assert.Equal(sizes[^1] / sizes[0], perPhase.Length);
        Assert.InRange(perPhase.Max(), 0, 2 * perPhase.Min());
    }

    [Fact]
    public async Task A_pool_at_rest_says_so()
    {
        await using var pool = Create(new FakeModel { Running = _ => Thread.Sleep(60) });
        await using var session = await pool.OpenAsync(Options());
        Assert.True(session.TryWrite(Silence(0.9)));
        await UntilAsync(() => pool.GetStatus().Utilisation > 0.3, "work");
        await Task.Delay(1000);
        _ = pool.GetStatus();
        await Task.Delay(300);
        Assert.Equal(0, pool.GetStatus().Utilisation);
    }

    [Fact]
    public async Task A_cancelled_flush_of_a_disposed_session_leaves_no_unobserved_exception()
    {
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, e) =>
        {
            if (e.Exception.ToString().Contains(nameof(SpeechSession), StringComparison.Ordinal)) Interlocked.Increment(ref unobserved);
        };
        TaskScheduler.UnobservedTaskException += count;
        try
        {
            var model = new FakeModel();
            using var gate = new Gate(model);
            await using var pool = Create(model);
            await using var busy = await pool.OpenAsync(Options());
            await gate.HoldAsync(busy, Silence(0.5));
            await FlushAndLeaveAsync(pool);
            gate.Open();
            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(10);
            }

            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= count;
        }

        static async Task FlushAndLeaveAsync(SessionPool pool)
        {
            await using var session = await pool.OpenAsync(Options());
            session.TryWrite(Silence(1));
            using var stop = new CancellationTokenSource(20);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.FlushAsync(stop.Token));
        }
    }

    [Fact]
    public async Task A_session_that_is_over_can_be_flushed_again_and_again()
    {
        await using var pool = Create(new FakeModel());
        await using var session = await pool.OpenAsync(Options());
        session.Complete();
        await ReadAsync(session);
        await UntilAsync(() => pool.GetStatus().ActiveSessions == 0, "the session to close");
        await session.FlushAsync().WaitAsync(Patience);
        await session.FlushAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Closing_a_session_answers_the_flush_of_an_utterance_that_waits_for_its_second_pass()
    {
        var engine = new SessionEngine(new FakeModel(), TimeProvider.System);
        using var slots = new StateSlots(engine.Layout);
        var scheduler = new StepScheduler(engine, slots, 1, null);
        var stream = new SessionStream(engine, new SessionOptions { SampleRate = SampleRate, OperatingPoint = OperatingPoint.Enhanced }, 0);
        var flush = new FlushRequest(0, [], 0, 0);
        stream.Utterances!.Add(new UtteranceTicket(stream, new EndedUtterance([], -1, 0, 0, EndOfUtteranceReason.Forced), 0, flush));
        scheduler.Close(stream);
        await flush.Done.Task.WaitAsync(Patience);
    }

    [Fact]
    public void A_batch_without_memory_for_its_states_comes_with_the_reason()
    {
        var engine = new SessionEngine(new FakeModel(), TimeProvider.System);
        var slots = new StateSlots(engine.Layout);
        var scheduler = new StepScheduler(engine, slots, 1, null);
        var stream = new SessionStream(engine, Options(), 0);
        stream.Mel.Append(new float[64 * 4], 0);
        slots.Dispose();
        scheduler.Notify(stream);
        var batch = new StepBatch(32);
        Assert.True(scheduler.Take(batch, new SecondPassBatch()));
        Assert.NotNull(batch.Failure);
        Assert.Equal(1, batch.Rows);
        stream.Ended = true;
        scheduler.Return(batch, 0);
        Assert.Equal(StreamState.Closed, stream.State);
    }

    [Fact]
    public void Mel_memory_goes_back_after_a_spike()
    {
        var pool = new MelSegmentPool(4);
        var lent = Enumerable.Range(0, 5000).Select(_ => pool.Rent()).ToList();
        foreach (var segment in lent) pool.Return(segment);
        Assert.Equal(0, pool.Count.Lent);
        Assert.InRange(pool.Count.Free, 1, 200);
    }

    /// <summary>The system's clock, which can stop one thread that reads it.</summary>
    private sealed class StoppableClock : TimeProvider
    {
        private readonly AsyncLocal<bool> _here = new();
        private readonly ManualResetEventSlim _go = new();

        public bool StopsOnThisThread { get; set; }

        public bool Stopped { get; private set; }

        public void StopHere() => _here.Value = true;

        public void Go() => _go.Set();

        public override long GetTimestamp()
        {
            if (StopsOnThisThread && _here.Value && !Stopped && Environment.StackTrace.Contains(nameof(SessionSnapshot.LoadInto), StringComparison.Ordinal))
            {
                Stopped = true;
                Assert.True(_go.Wait(TimeSpan.FromMinutes(1)));
            }

            return base.GetTimestamp();
        }
    }
}
