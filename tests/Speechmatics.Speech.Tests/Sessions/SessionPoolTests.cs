using System.Diagnostics;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class SessionPoolTests(ModelFixture fixture)
{
    private static readonly TimeSpan Chunk = TimeSpan.FromMilliseconds(640);

    [Theory]
    [InlineData(160, TransducerHead.Tdt)]
    [InlineData(640, TransducerHead.Tdt)]
    [InlineData(1280, TransducerHead.Rnnt)]
    public async Task A_session_alone_and_among_many_gives_the_same_words_and_times(int chunkMilliseconds, TransducerHead head)
    {
        var options = new SessionOptions { Chunk = TimeSpan.FromMilliseconds(chunkMilliseconds), Head = head };
        var clips = Clips.All.Take(12).ToArray();
        var solo = new List<string>();
        await using (var pool = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 1, MaxBatch = 1, MaxSessions = 1 }))
        {
            foreach (var clip in clips)
            {
                await using var session = await pool.OpenAsync(options);
                solo.Add(Clips.Words(await Clips.PlayAsync(session, clip.Samples)));
            }
        }

        await using var shared = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 2, MaxSessions = 100 });
        var together = await Task.WhenAll(Enumerable.Range(0, 3 * clips.Length).Select(async i =>
        {
            await using var session = await shared.OpenAsync(options);
            return Clips.Words(await Clips.PlayAsync(session, clips[i % clips.Length].Samples, 160 + (97 * i)));
        }));
        for (var i = 0; i < together.Length; i++) Assert.Equal(solo[i % clips.Length], together[i]);
        Assert.Contains(solo, words => words.Length > 0);
        Assert.True(shared.GetStatus().Chunks > shared.GetStatus().Steps, "nothing was batched");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(160)]
    [InlineData(1601)]
    [InlineData(65536)]
    public async Task Words_do_not_depend_on_how_the_audio_is_cut(int pieceSamples)
    {
        var clip = Clips.Named("orders-009");
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 2 });
        await using var whole = await pool.OpenAsync(new SessionOptions { Chunk = Chunk });
        await using var cut = await pool.OpenAsync(new SessionOptions { Chunk = Chunk });
        var expected = Clips.Words(await Clips.PlayAsync(whole, clip.Samples, clip.Samples.Length));
        Assert.Equal(expected, Clips.Words(await Clips.PlayAsync(cut, clip.Samples, pieceSamples)));
        Assert.Contains("sugar", expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finals_are_in_time_order_and_partials_cover_only_what_follows_them()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, MaxDelay = TimeSpan.FromSeconds(1.5) });
        var events = await Clips.PlayAsync(session, Clips.All.SelectMany(clip => clip.Samples).ToArray());
        var end = TimeSpan.Zero;
        foreach (var speechEvent in events)
        {
            if (speechEvent is FinalTranscript final)
            {
                Assert.True(final.Start >= end - TimeSpan.FromMilliseconds(80), $"{final.Start} begins before {end}");
                Assert.Equal(final.Text, string.Join(' ', final.Words.Select(word => word.Text)));
                Assert.All(final.Words, word => Assert.True(word.End >= word.Start && word.Confidence is >= 0 and <= 1));
                end = final.End;
            }
            else if (speechEvent is PartialTranscript partial)
            {
                Assert.True(partial.Start >= end - TimeSpan.FromMilliseconds(80));
            }
        }

        Assert.True(events.OfType<FinalTranscript>().Count() > Clips.All.Count / 2);
        Assert.True(events.OfType<EndOfUtterance>().Count(e => e.Reason == EndOfUtteranceReason.TrailingSilence) > 5);
    }

    [Fact]
    public async Task Utterances_and_words_end_in_the_same_places_whatever_the_final_delay()
    {
        var clip = Clips.All.Take(6).SelectMany(clip => clip.Samples).ToArray();
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 2 });
        await using var prompt = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, MaxDelay = TimeSpan.FromSeconds(1) });
        await using var patient = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, MaxDelay = Timeout.InfiniteTimeSpan, Partials = false });
        var (first, second) = (await Clips.PlayAsync(prompt, clip), await Clips.PlayAsync(patient, clip));
        Assert.Equal(Clips.Text(second).Replace(" ", "", StringComparison.Ordinal), Clips.Text(first).Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(second.OfType<EndOfUtterance>().Select(e => e.Reason), first.OfType<EndOfUtterance>().Select(e => e.Reason));
        Assert.DoesNotContain(second, e => e is PartialTranscript);
        Assert.True(first.OfType<FinalTranscript>().Count() > second.OfType<FinalTranscript>().Count());
    }

    [Fact]
    public async Task Delays_change_while_a_session_runs()
    {
        var audio = Clips.All.Take(6).SelectMany(clip => clip.Samples).ToArray();
        var half = audio.Length / 2;
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, MaxDelay = Timeout.InfiniteTimeSpan, EndpointSilence = Timeout.InfiniteTimeSpan });
        Assert.Throws<ArgumentOutOfRangeException>(() => session.MaxDelay = TimeSpan.FromSeconds(0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.EndpointSilence = TimeSpan.Zero);
        Assert.Equal(Timeout.InfiniteTimeSpan, session.MaxDelay);

        // what is recognised under the first settings is seen before they change
        var events = new List<SpeechEvent>();
        var reading = Task.Run(async () =>
        {
            await foreach (var speechEvent in session.ReadEventsAsync()) lock (events) events.Add(speechEvent);
        });
        await session.WriteAsync(audio.AsMemory(0, half));
        while (session.AudioReceived - session.AudioRecognized > 2 * Chunk) await Task.Delay(5);
        lock (events) Assert.DoesNotContain(events, e => e is FinalTranscript or EndOfUtterance);

        session.MaxDelay = TimeSpan.FromSeconds(1);
        session.EndpointSilence = TimeSpan.FromSeconds(0.4);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.4)), (session.MaxDelay, session.EndpointSilence));
        var snapshot = await session.ExportStateAsync();
        await session.WriteAsync(audio.AsMemory(half));
        session.Complete();
        await reading;
        Assert.True(events.OfType<FinalTranscript>().Count() > 5, $"{events.OfType<FinalTranscript>().Count()} finals");
        Assert.Contains(events, e => e is EndOfUtterance { Reason: EndOfUtteranceReason.TrailingSilence });

        await session.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => session.MaxDelay = TimeSpan.FromSeconds(1));
        await using var restored = await pool.RestoreAsync(snapshot);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.4)), (restored.MaxDelay, restored.EndpointSilence));
    }

    [Fact]
    public async Task A_flush_gives_the_words_at_once_and_changes_nothing_after_it()
    {
        var clip = Clips.Named("orders-009");
        var pause = new float[16000];
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 4 });
        await using var flushed = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, EndpointSilence = Timeout.InfiniteTimeSpan });
        await using var plain = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, EndpointSilence = Timeout.InfiniteTimeSpan });

        // the clip, a flush in the middle of a chunk, silence, the clip again
        await flushed.WriteAsync(clip.Samples);
        await flushed.FlushAsync();
        var beforeRest = new List<SpeechEvent>();
        await foreach (var speechEvent in flushed.ReadEventsAsync())
        {
            beforeRest.Add(speechEvent);
            if (speechEvent is EndOfUtterance) break;
        }

        Assert.Equal(EndOfUtteranceReason.Forced, ((EndOfUtterance)beforeRest[^1]).Reason);
        Assert.Contains("sugar", Clips.Text(beforeRest), StringComparison.Ordinal);
        var rest = pause.Concat(clip.Samples).ToArray();
        var after = await Clips.PlayAsync(flushed, rest);
        var whole = await Clips.PlayAsync(plain, clip.Samples.Concat(rest).ToArray());
        Assert.EndsWith(Clips.Words(after), Clips.Words(whole), StringComparison.Ordinal);
        Assert.Equal(Clips.Text(whole), $"{Clips.Text(beforeRest)} {Clips.Text(after)}");
    }

    [Fact]
    public async Task A_flush_with_nothing_to_say_still_ends_the_utterance()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync();
        await session.FlushAsync();
        await session.FlushAsync();
        session.Complete();
        var events = await Clips.ReadAllAsync(session);
        Assert.Equal(2, events.OfType<EndOfUtterance>().Count(e => e.Reason == EndOfUtteranceReason.Forced));
        Assert.Empty(events.OfType<FinalTranscript>());
    }

    [Fact]
    public async Task A_restored_session_goes_on_with_the_same_words()
    {
        var clip = Clips.Named("librispeech-clean-004");
        var options = new SessionOptions { SampleRate = 8000, Encoding = AudioEncoding.Pcm16, Chunk = Chunk };
        var bytes = new byte[clip.Samples.Length / 2 * 2];
        for (var i = 0; i < bytes.Length / 2; i++) BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (short)(clip.Samples[2 * i] * 32767));

        string expected;
        await using (var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 }))
        {
            await using var session = await pool.OpenAsync(options);
            session.TryWrite(bytes);
            session.Complete();
            expected = Clips.Words(await Clips.ReadAllAsync(session));
        }

        Assert.NotEmpty(expected);
        var random = new Random(5);
        for (var round = 0; round < 5; round++)
        {
            var cut = random.Next(1, bytes.Length); // odd numbers cut a sample in two
            byte[] state;
            var events = new List<SpeechEvent>();
            await using (var first = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 }))
            {
                await using var session = await first.OpenAsync(options);
                await session.WriteAsync(bytes.AsMemory(0, cut));
                state = await session.ExportStateAsync();
                events.AddRange(await DrainAsync(session));
            }

            await using var second = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
            await using var restored = await second.RestoreAsync(state);
            Assert.Equal(cut / 2, (int)Math.Round(restored.AudioReceived.TotalSeconds * 8000));
            await restored.WriteAsync(bytes.AsMemory(cut));
            restored.Complete();
            events.AddRange(await Clips.ReadAllAsync(restored));
            Assert.Equal(expected, Clips.Words(events));
        }

        // the state was taken after what had been recognised by then: those events belong to the first reader
        static async Task<List<SpeechEvent>> DrainAsync(SpeechSession session)
        {
            var events = new List<SpeechEvent>();
            using var stop = new CancellationTokenSource();
            var reading = session.ReadEventsAsync(stop.Token).GetAsyncEnumerator();
            while (true)
            {
                var next = reading.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    await stop.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
                    return events;
                }

                if (!await next) return events;
                events.Add(reading.Current);
            }
        }
    }

    [Fact]
    public async Task A_damaged_or_foreign_state_is_refused()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 2 });
        await using var session = await pool.OpenAsync();
        session.TryWrite(Clips.All[0].Samples);
        var state = await session.ExportStateAsync();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(state.AsMemory(0, 20)));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(new byte[state.Length]));
        state[state.Length / 2] ^= 1;
        var damaged = await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(state));
        Assert.Contains("hash", damaged.Message, StringComparison.Ordinal);
        Assert.Equal(1, pool.GetStatus().ActiveSessions);
    }

    [Fact]
    public async Task A_model_run_that_fails_ends_only_the_sessions_of_its_batch()
    {
        var model = new FaultyModel(fixture.Model);
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = 20, Workers = 2 }, TimeProvider.System);
        await using (var warm = await pool.OpenAsync())
        {
        }

        var runs = 0;
        var failedRows = 0;
        model.ShouldFail = rows =>
        {
            if (Interlocked.Increment(ref runs) != 12) return false;
            failedRows = rows;
            return true;
        };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            await using var session = await pool.OpenAsync(new SessionOptions { Chunk = TimeSpan.FromMilliseconds(160) });
            try
            {
                await Clips.PlayAsync(session, Clips.All[i].Samples);
                return null;
            }
            catch (Exception failure)
            {
                return failure;
            }
        }));
        var failures = outcomes.Where(outcome => outcome is not null).ToArray();
        Assert.Equal(1, model.Failures);
        Assert.Equal(failedRows, failures.Length);
        Assert.All(failures, failure => Assert.True(failure is SpeechModelException or InvalidOperationException, failure!.ToString()));
        Assert.Equal(failedRows, pool.GetStatus().FailedSessions);

        await using var next = await pool.OpenAsync(new SessionOptions { Chunk = Chunk });
        Assert.NotEmpty(Clips.Text(await Clips.PlayAsync(next, Clips.All[0].Samples)));
        Assert.Equal(0, pool.GetStatus().ActiveSessions); // a session that has ended by itself needs no place
    }

    [Fact]
    public async Task A_full_pool_refuses_or_waits_as_its_options_say()
    {
        await using var strict = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        var only = await strict.OpenAsync();
        Assert.Equal(1, (await Assert.ThrowsAsync<SessionLimitException>(async () => await strict.OpenAsync())).Limit);
        await only.DisposeAsync();
        await using (await strict.OpenAsync())
        {
        }

        await using var patient = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1, AdmissionTimeout = TimeSpan.FromMinutes(1) });
        var first = await patient.OpenAsync();
        var waiting = patient.OpenAsync().AsTask();
        using var impatient = new CancellationTokenSource();
        var cancelled = patient.OpenAsync(cancellationToken: impatient.Token).AsTask();
        Assert.Equal(2, patient.GetStatus().WaitingCallers);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);
        await first.DisposeAsync();
        await (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).DisposeAsync();
        Assert.Equal(0, patient.GetStatus().ActiveSessions);
        Assert.Equal(1, strict.GetStatus().RefusedSessions);
    }

    [Fact]
    public async Task Misuse_says_what_is_in_progress()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 2 });
        await using var session = await pool.OpenAsync();
        var reading = session.ReadEventsAsync().GetAsyncEnumerator();
        var next = reading.MoveNextAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.ReadEventsAsync().GetAsyncEnumerator().MoveNextAsync());
        session.Complete();
        session.Complete();
        Assert.Contains("complete", Assert.Throws<InvalidOperationException>(() => session.TryWrite(new float[10])).Message, StringComparison.Ordinal);
        Assert.False(await next);

        var disposed = await pool.OpenAsync();
        await disposed.DisposeAsync();
        await disposed.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => disposed.TryWrite(new float[10]));
        Assert.Throws<ObjectDisposedException>(disposed.Complete);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed.FlushAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await disposed.ReadEventsAsync().GetAsyncEnumerator().MoveNextAsync());
        foreach (var bad in new SessionOptions[]
                 {
                     new() { SampleRate = 3999 }, new() { Chunk = TimeSpan.FromMilliseconds(100) }, new() { BufferDuration = TimeSpan.FromSeconds(1) },
                     new() { EndpointSilence = TimeSpan.Zero }, new() { Encoding = (AudioEncoding)9 },
                 })
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(bad));
    }

    [Fact]
    public async Task Audio_that_is_not_a_number_is_refused_and_the_session_goes_on()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = Chunk });
        var bad = new float[500];
        bad[123] = float.NaN;
        session.TryWrite(new float[100]);
        Assert.Contains("Sample 223", Assert.Throws<AudioFormatException>(() => session.TryWrite(bad)).Message, StringComparison.Ordinal);
        bad[123] = float.PositiveInfinity;
        await Assert.ThrowsAsync<AudioFormatException>(async () => await session.WriteAsync(bad.AsMemory()));
        Assert.Equal(TimeSpan.FromSeconds(100 / 16000.0), session.AudioReceived);
        Assert.Contains("sugar", Clips.Text(await Clips.PlayAsync(session, Clips.Named("orders-009").Samples)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_a_busy_pool_is_prompt_and_ends_every_session()
    {
        var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 50, Workers = 2 });
        var sessions = new List<SpeechSession>();
        var reads = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            var session = await pool.OpenAsync(new SessionOptions { Chunk = TimeSpan.FromMilliseconds(160) });
            sessions.Add(session);
            session.TryWrite(Clips.All[i].Samples.AsSpan(0, 30000));
            reads.Add(Clips.ReadAllAsync(session));
        }

        var start = Stopwatch.GetTimestamp();
        await pool.DisposeAsync();
        var taken = Stopwatch.GetElapsedTime(start);
        foreach (var read in reads) await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(taken < TimeSpan.FromSeconds(5), $"{taken}"); // 50 ms on a quiet machine: a step is never longer
        foreach (var session in sessions) await session.DisposeAsync();
        await pool.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.OpenAsync());
    }

    [Fact]
    public async Task Cancelled_reading_leaves_a_session_that_can_be_read_on()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = Chunk });
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in session.ReadEventsAsync(stop.Token))
            {
            }
        });
        Assert.NotEmpty(Clips.Text(await Clips.PlayAsync(session, Clips.Named("orders-009").Samples)));
    }

    [Fact]
    public async Task An_abandoned_session_gives_its_place_back()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1, AdmissionTimeout = TimeSpan.FromMinutes(2) });
        await AbandonAsync(pool);
        var next = pool.OpenAsync().AsTask();
        for (var i = 0; i < 100 && !next.IsCompleted; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20);
        }

        await (await next.WaitAsync(TimeSpan.FromSeconds(10))).DisposeAsync();

        static async Task AbandonAsync(SessionPool pool) => (await pool.OpenAsync()).TryWrite(new float[1000]);
    }
}
