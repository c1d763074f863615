using System.Collections.Concurrent;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// Speech that gives no words is decoded again. The fake model's words depend on the number of the frame in its stream: words in the first 20 frames, none for the next 80, then words again. A reading begins at frame 0, so it has words.
/// </summary>
public class BlankSpanTests
{
    private const int BlankEnd = 100;

    private static SessionPool Pool(FakeModel model, int workers = 1) =>
        new(model, new SessionPoolOptions { Workers = workers, MaxSessions = 10 }, TimeProvider.System, voiceActivityModel: new FakeVoiceActivityModel());

    private static FakeModel Model(bool readingHasWords = true) => new() { IsSpeech = frame => (frame < 20 && readingHasWords) || frame is >= BlankEnd and < BlankEnd + 20 };

    private static SessionOptions Options(int? chunkFrames)
    {
        var options = FakePools.Options(chunkFrames);
        options.VoiceActivity = new VoiceActivityOptions();
        options.BufferDuration = TimeSpan.FromSeconds(20);
        return options;
    }

    private static float[] Loud(int frames)
    {
        var audio = new float[frames * FakePools.SamplesPerFrame];
        audio.AsSpan().Fill(0.5f);
        return audio;
    }

    [Fact]
    public async Task Words_found_go_out_in_their_place_and_do_not_depend_on_chunks_or_pieces()
    {
        await using var pool = Pool(Model());
        var said = new List<string>();
        foreach (var (chunk, piece) in ((int?, int)[])[(2, 3200), (8, 777), (16, 10_000), (null, 3200)])
        {
            await using var session = await pool.OpenAsync(Options(chunk));
            var events = await Clips.PlayAsync(session, Loud(130), piece).WaitAsync(FakePools.Patience);
            said.Add(Clips.Words(events));
            var words = events.OfType<FinalTranscript>().SelectMany(final => final.Words).ToArray();
            Assert.Equal(15, words.Length);
            for (var i = 1; i < words.Length; i++) Assert.True(words[i].Start >= words[i - 1].End, $"{words[i - 1]} {words[i]}");
            Assert.Equal(["one", "two", "three", "four", "one"], words[5..10].Select(word => word.Text));
            Assert.InRange(words[5].Start, words[4].End, 21 * FakePools.Frame);
            Assert.Equal(BlankEnd * FakePools.Frame, words[10].Start);
            var notice = Assert.Single(events.OfType<SessionNotice>());
            Assert.Equal(SessionNoticeKind.BlankSpanRescued, notice.Kind);
            Assert.Contains("it gave 5", notice.Message, StringComparison.Ordinal);
            Assert.IsType<EndOfUtterance>(events.Last(e => e is not (SpeechEnded or SessionNotice)));
        }

        Assert.Single(said.Distinct());
        var status = pool.GetStatus();
        Assert.Equal((4, 0, 0, 0), (status.RescuedSpans, status.SkippedRescues, status.FailedSessions, status.ActiveSessions));

        // the readings' streams have given everything back
        await FakePools.UntilAsync(() => pool.GetStatus().StateBytes == 0 && pool.Engine.MelSegments.Count.Lent == 0, "the readings' memory");
    }

    [Fact]
    public async Task A_stretch_without_speech_or_with_too_little_is_left_alone()
    {
        await using var pool = Pool(Model());
        var audio = Loud(130);
        audio.AsSpan((40 * FakePools.SamplesPerFrame)..(95 * FakePools.SamplesPerFrame)).Clear();
        await using var session = await pool.OpenAsync(Options(8));
        Assert.Equal(10, FakePools.WordFrames(await Clips.PlayAsync(session, audio)).Length);

        var options = Options(8);
        options.VoiceActivity!.RescueAfter = Timeout.InfiniteTimeSpan;
        await using var never = await pool.OpenAsync(options);
        Assert.Equal(10, FakePools.WordFrames(await Clips.PlayAsync(never, Loud(130))).Length);
        Assert.Equal(0, pool.GetStatus().RescuedSpans);
    }

    [Fact]
    public async Task A_stretch_that_says_nothing_the_second_time_either_is_told()
    {
        await using var pool = Pool(Model(readingHasWords: false));
        await using var session = await pool.OpenAsync(Options(8));
        var events = await Clips.PlayAsync(session, Loud(130));
        Assert.Equal([100, 104, 108, 112, 116], FakePools.WordFrames(events));
        Assert.Contains("it gave 0", Assert.Single(events.OfType<SessionNotice>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_audio_and_a_flush_wait_for_the_words()
    {
        await using var pool = Pool(Model());
        await using var ending = await pool.OpenAsync(Options(16));
        var events = await Clips.PlayAsync(ending, Loud(70)).WaitAsync(FakePools.Patience);
        Assert.Equal(10, FakePools.WordFrames(events).Length);
        Assert.IsType<FinalTranscript>(events.Last(e => e is not (SpeechEnded or EndOfUtterance)));

        await using var flushed = await pool.OpenAsync(Options(16));
        await flushed.WriteAsync((ReadOnlyMemory<float>)Loud(70));
        await flushed.FlushAsync().WaitAsync(FakePools.Patience);
        var read = new List<SpeechEvent>();
        await foreach (var each in flushed.ReadEventsAsync())
        {
            read.Add(each);
            if (each is EndOfUtterance { Reason: EndOfUtteranceReason.Forced }) break;
        }

        Assert.Equal(Clips.Words(events), Clips.Words(read));
    }

    [Fact]
    public async Task A_reading_that_fails_is_told_and_the_session_goes_on()
    {
        var model = Model();
        await using var pool = Pool(model);
        await using var session = await pool.OpenAsync(Options(2));
        var begun = 0;
        model.Row = frame =>
        {
            if (frame == 0 && Interlocked.Increment(ref begun) > 1) throw new SpeechModelException("injected");
        };
        var events = await Clips.PlayAsync(session, Loud(130)).WaitAsync(FakePools.Patience);
        Assert.Equal(10, FakePools.WordFrames(events).Length);
        var notice = Assert.Single(events.OfType<SessionNotice>());
        Assert.Equal((SessionNoticeKind.BlankSpanSkipped, true), (notice.Kind, notice.Message.Contains("injected", StringComparison.Ordinal)));
        Assert.Equal((0, 1, 0), (pool.GetStatus().RescuedSpans, pool.GetStatus().SkippedRescues, pool.GetStatus().FailedSessions));
    }

    [Fact]
    public async Task A_session_saved_in_the_middle_of_a_stretch_finds_the_words_elsewhere()
    {
        await using var pool = Pool(Model());
        await using var whole = await pool.OpenAsync(Options(8));
        var expected = Clips.Words(await Clips.PlayAsync(whole, Loud(130)));
        await using var other = Pool(Model());
        await using var session = await pool.OpenAsync(Options(8));
        var before = new ConcurrentQueue<SpeechEvent>();
        var reading = Task.Run(async () =>
        {
            try
            {
                await foreach (var each in session.ReadEventsAsync()) before.Enqueue(each);
            }
            catch (ObjectDisposedException)
            {
            }
        });
        await session.WriteAsync((ReadOnlyMemory<float>)Loud(60));
        await FakePools.UntilAsync(() => session.AudioRecognized >= 56 * FakePools.Frame && before.Any(each => each is EndOfUtterance), "56 frames and the first utterance");
        var state = await session.ExportStateAsync();
        await session.DisposeAsync();
        await reading;
        await using var restored = await other.RestoreAsync(state);
        var after = await Clips.PlayAsync(restored, Loud(70));
        Assert.Equal(expected, Clips.Words(before.Concat(after)));
        Assert.Equal(1, other.GetStatus().RescuedSpans);
    }

    [Fact]
    public async Task A_stretch_that_cannot_be_read_in_time_does_not_hold_up_a_live_session()
    {
        var model = new FakeModel { IsSpeech = frame => frame is < 20 or (>= 56 and < 76) };
        using var hold = new ManualResetEventSlim();
        await using var pool = Pool(model, workers: 2);
        var options = Options(2);
        options.MaxDelay = TimeSpan.FromSeconds(0.5);
        await using var session = await pool.OpenAsync(options);
        var begun = 0;
        model.Row = frame =>
        {
            if (frame == 0 && Interlocked.Increment(ref begun) == 2) hold.Wait(TimeSpan.FromMinutes(1));
        };
        var reading = Clips.ReadAllAsync(session);

        // at the speed of speech, or the session would count as a file
        for (var frame = 0; frame < 76; frame += 2)
        {
            Assert.True(session.TryWrite(Loud(2)));
            await Task.Delay(165);
        }

        hold.Set();
        session.Complete();
        var events = await reading.WaitAsync(FakePools.Patience);
        Assert.Equal(10, FakePools.WordFrames(events).Length);
        Assert.Contains("no time", Assert.Single(events.OfType<SessionNotice>(), notice => notice.Kind == SessionNoticeKind.BlankSpanSkipped).Message, StringComparison.Ordinal);
    }
}
