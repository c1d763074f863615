using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Decoding;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The enhanced operating point in the pool.</summary>
public class EnhancedSessionTests(ModelFixture fixture, EnhancedModelFixture enhanced) : IClassFixture<EnhancedModelFixture>
{
    private static SessionOptions Options => new()
    {
        OperatingPoint = OperatingPoint.Enhanced,
        Chunk = TimeSpan.FromMilliseconds(640),
        EndpointSilence = TimeSpan.FromSeconds(2),
        MaxDelay = Timeout.InfiniteTimeSpan,
    };

    [Fact]
    public async Task Finals_are_the_second_pass_s_and_the_same_alone_and_among_many()
    {
        string[] names = ["orders-004", "orders-005", "orders-007", "common-voice-005", "librispeech-clean-004"];
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 20, Workers = 2 });
        var solo = new List<string>();
        foreach (var name in names)
        {
            await using var session = await pool.OpenAsync(Options);
            var events = await Clips.PlayAsync(session, Clips.Named(name).Samples);
            solo.Add(Clips.Words(events));
            Assert.Contains(events, e => e is PartialTranscript);
            Assert.All(events.OfType<FinalTranscript>().SelectMany(f => f.Words), word => Assert.InRange(word.End, word.Start, session.AudioReceived));
        }

        Assert.StartsWith("Can ", solo[1], StringComparison.Ordinal);
        Assert.Contains("cappuccino", solo[1], StringComparison.Ordinal);
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var session = await pool.OpenAsync(Options);
            return Clips.Words(await Clips.PlayAsync(session, Clips.Named(names[i % names.Length]).Samples, 1000 + (371 * i)));
        }));
        for (var i = 0; i < together.Length; i++) Assert.Equal(solo[i % names.Length], together[i]);
        Assert.Equal(0, pool.GetStatus().ActiveSessions);
        Assert.True(pool.GetStatus().Readings >= 25);
    }

    [Fact]
    public async Task Utterances_keep_their_order_and_each_final_is_followed_by_its_end()
    {
        var audio = new[] { "orders-004", "common-voice-005", "orders-005", "orders-007" }.SelectMany(name => Clips.Named(name).Samples.Concat(new float[24000])).ToArray();
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { OperatingPoint = OperatingPoint.Enhanced, Chunk = TimeSpan.FromMilliseconds(640), EndpointSilence = TimeSpan.FromSeconds(1.2) });
        var events = await Clips.PlayAsync(session, audio);
        var finals = events.OfType<FinalTranscript>().ToArray();
        Assert.True(finals.Length >= 4);
        for (var i = 1; i < finals.Length; i++) Assert.True(finals[i].Start >= finals[i - 1].Start);
        for (var i = 0; i < events.Count; i++)
            if (events[i] is FinalTranscript final) Assert.Equal(final.End, Assert.IsType<EndOfUtterance>(events[i + 1]).Time);
        var text = Clips.Text(events);
        Assert.Equal(
            ["drip", "attend", "cappuccino", "sugar"],
            new[] { "drip", "attend", "cappuccino", "sugar" }.OrderBy(word => text.IndexOf(word, StringComparison.Ordinal)));
        Assert.DoesNotContain(events, e => e is SessionNotice { Kind: SessionNoticeKind.SecondPassSkipped });
    }

    [Fact]
    public async Task A_flush_waits_for_its_second_pass()
    {
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 1 });
        var options = Options;
        options.EndpointSilence = Timeout.InfiniteTimeSpan;
        await using var session = await pool.OpenAsync(options);
        await session.WriteAsync(Clips.Named("orders-009").Samples);
        await session.FlushAsync();
        var events = new List<SpeechEvent>();
        await foreach (var speechEvent in session.ReadEventsAsync())
        {
            events.Add(speechEvent);
            if (speechEvent is EndOfUtterance) break;
        }

        Assert.StartsWith("Give me a medium", Clips.Text(events), StringComparison.Ordinal);
        Assert.EndsWith("Americano with lots of sugar.", Clips.Text(events), StringComparison.Ordinal);
        Assert.Equal(EndOfUtteranceReason.Forced, events.OfType<EndOfUtterance>().Single().Reason);
    }

    [Fact]
    public async Task When_time_is_over_the_first_pass_s_words_go_out_with_a_notice()
    {
        using var open = new ManualResetEventSlim(true);
        var model = new FaultyModel(fixture.Model)
        {
            ShouldFail = _ =>
            {
                open.Wait();
                return false;
            },
        };
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = 2, Workers = 1 }, TimeProvider.System, enhanced.Model);
        var options = Options;
        options.MaxDelay = TimeSpan.FromSeconds(0.5);
        await using var session = await pool.OpenAsync(options);
        await using var other = await pool.OpenAsync(new SessionOptions { Chunk = TimeSpan.FromMilliseconds(160) });

        // the only worker is held up in another session's step until the utterance's time is over
        var hold = 0;
        model.ShouldFail = _ =>
        {
            if (Volatile.Read(ref hold) == 1) open.Wait();
            return false;
        };
        open.Reset();
        var clip = Clips.Named("orders-009").Samples;
        var reading = Clips.ReadAllAsync(session);
        await session.WriteAsync(clip);
        var flushed = session.FlushAsync();
        Volatile.Write(ref hold, 1);
        other.TryWrite(clip.AsSpan(0, 16000));
        await Task.Delay(1500);
        Volatile.Write(ref hold, 0);
        open.Set();
        await flushed;
        session.Complete();
        var events = await reading;
        if (pool.GetStatus().SkippedReadings == 0)
        {
            // the reading had begun before the worker was held up: then it simply stands
            Assert.Contains("Americano", Clips.Text(events), StringComparison.Ordinal);
            return;
        }

        Assert.Contains("americanoo", Clips.Text(events), StringComparison.Ordinal);
        Assert.Contains(events, e => e is SessionNotice { Kind: SessionNoticeKind.SecondPassSkipped });
    }

    [Fact]
    public async Task A_restored_enhanced_session_reads_the_audio_from_before_the_snapshot()
    {
        var clip = Clips.Named("orders-004").Samples;
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 3 });
        await using var whole = await pool.OpenAsync(Options);
        var expected = Clips.Words(await Clips.PlayAsync(whole, clip));
        await using var first = await pool.OpenAsync(Options);
        await first.WriteAsync(clip.AsMemory(0, clip.Length / 2));
        var state = await first.ExportStateAsync();
        await using var second = await pool.RestoreAsync(state);
        Assert.Equal(expected, Clips.Words(await Clips.PlayAsync(second, clip.AsMemory(clip.Length / 2))));
    }

    [Fact]
    public async Task A_snapshot_carries_the_utterances_that_wait_to_be_read()
    {
        string[] names = ["orders-004", "orders-005", "orders-007", "common-voice-005", "librispeech-clean-004", "accented-adult-008"];
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 12, Workers = 1 });
        var options = Options;
        options.EndpointSilence = TimeSpan.FromSeconds(1.2);
        options.RefinePartials = false;
        var audio = names.Select(name => Clips.Named(name).Samples.Concat(new float[2 * 16000]).ToArray()).ToArray();
        var expected = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            await using var whole = await pool.OpenAsync(options);
            expected[i] = Clips.Words(await Clips.PlayAsync(whole, audio[i]));
        }

        var sessions = new SpeechSession[names.Length];
        for (var i = 0; i < names.Length; i++) sessions[i] = await pool.OpenAsync(options);
        for (var i = 0; i < names.Length; i++) await sessions[i].WriteAsync(audio[i]);
        while (pool.GetStatus().QueuedReadings < 2) await Task.Delay(1);
        var states = new List<byte[]>();
        foreach (var session in sessions)
        {
            states.Add(await session.ExportStateAsync());
            await session.DisposeAsync();
        }

        // what had been read before is no business of the restored session; all else comes as if nothing had happened
        var carried = 0;
        for (var i = 0; i < names.Length; i++)
        {
            await using var restored = await pool.RestoreAsync(states[i]);
            restored.Complete();
            var events = await Clips.ReadAllAsync(restored);
            if (events.OfType<FinalTranscript>().Any())
            {
                carried++;
                Assert.EndsWith(Clips.Words(events), expected[i], StringComparison.Ordinal);
            }
        }

        Assert.True(carried >= 2, $"{carried} of {names.Length} sessions had an utterance that waited.");
    }

    [Fact]
    public async Task A_custom_vocabulary_and_a_beam_reach_the_second_pass()
    {
        var clip = Clips.Named("accented-child-015").Samples;
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 2 });
        var options = Options;
        Assert.Equal("I do my homewalk 2", await ReadAsync(null, 1));
        Assert.Equal("I do my HomeWork too.", await ReadAsync(new CustomVocabulary(["HomeWork"]) { DefaultWeight = 3 }, 1));
        Assert.Equal("I do my homework too.", await ReadAsync(null, 4));
        Assert.Equal("I do my HomeWork too.", await ReadAsync(new CustomVocabulary(["HomeWork"]), 4));

        async Task<string> ReadAsync(CustomVocabulary? vocabulary, int beamSize)
        {
            (options.CustomVocabulary, options.SecondPassBeamSize) = (vocabulary, beamSize);
            await using var session = await pool.OpenAsync(options);
            return Clips.Text(await Clips.PlayAsync(session, clip));
        }
    }

    [Fact]
    public async Task Idle_capacity_makes_words_of_a_long_utterance_stable_before_it_ends()
    {
        var clip = Clips.Named("librispeech-clean-004").Samples;
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 2 });
        var options = Options;
        options.MaxDelay = TimeSpan.FromMinutes(1);
        await using var session = await pool.OpenAsync(options);
        var reading = Clips.ReadAllAsync(session);
        for (var at = 0; at < clip.Length; at += 10240)
        {
            // at the speed at which a slow machine keeps up
            await session.WriteAsync(clip.AsMemory(at, Math.Min(10240, clip.Length - at)));
            await Task.Delay(700);
        }

        session.Complete();
        var events = await reading;
        var refined = events.OfType<PartialTranscript>().Where(p => p.StableWords > 0).ToArray();
        Assert.NotEmpty(refined);
        for (var i = 1; i < refined.Length; i++)
        {
            Assert.True(refined[i].StableWords >= refined[i - 1].StableWords);
            for (var word = 0; word < refined[i - 1].StableWords; word++) Assert.Equal(refined[i - 1].Words[word], refined[i].Words[word]);
        }

        Assert.StartsWith("Without his", refined[^1].Text, StringComparison.Ordinal);
        Assert.Equal(pool.GetStatus().Readings, events.OfType<EndOfUtterance>().Count());
    }

    [Fact]
    public async Task Ten_minutes_of_silence_hum_noise_and_music_like_tones_have_no_words()
    {
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 6, Workers = 2 });
        var heard = await Task.WhenAll(Enum.GetValues<Sound>().Select(async sound =>
        {
            await using var session = await pool.OpenAsync(new SessionOptions { OperatingPoint = OperatingPoint.Enhanced, Chunk = TimeSpan.FromMilliseconds(1280), RefinePartials = false });
            return $"{sound}: {Clips.Text(await Clips.PlayAsync(session, Synthesise(sound, 100)))}";
        }));
        Assert.All(heard, text => Assert.EndsWith(": ", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kitchen_has_no_words()
    {
        var kitchen = WaveFile.Read(Path.Combine(Repository.RequireShared(), "audio", "noise-kitchen.wav"));
        await using var pool = new SessionPool(fixture.Model, enhanced.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { OperatingPoint = OperatingPoint.Enhanced, Chunk = TimeSpan.FromMilliseconds(640) });
        Assert.Equal("", Clips.Text(await Clips.PlayAsync(session, kitchen)));
    }

    [Fact]
    public async Task A_pool_without_the_second_model_says_so()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        Assert.False(pool.HasEnhanced);
        Assert.Contains("EnhancedSpeechModel", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(Options))).Message, StringComparison.Ordinal);
    }

    private enum Sound
    {
        Silence,
        Dither,
        Hum,
        Noise,
        Melody,
        Beeps,
    }

    private static float[] Synthesise(Sound sound, int seconds)
    {
        var random = new Random(11);
        var (samples, brown) = (new float[seconds * 16000], 0.0);
        for (var i = 0; i < samples.Length; i++)
        {
            var t = i / 16000.0;
            samples[i] = (float)(sound switch
            {
                Sound.Dither => (random.NextDouble() - 0.5) / 16384,
                Sound.Hum => (0.05 * Math.Sin(2 * Math.PI * 50 * t)) + (0.02 * Math.Sin(2 * Math.PI * 150 * t)) + (0.01 * Math.Sin(2 * Math.PI * 350 * t)),

                // white and brown in turns of ten seconds
                Sound.Noise => t % 20 < 10 ? 0.1 * (random.NextDouble() - 0.5) : brown = (0.99 * brown) + (0.02 * (random.NextDouble() - 0.5)),

                // a third of a second for each note, struck and fading, with overtones and a chord under it
                Sound.Melody => Math.Exp(-6 * (t % 0.33)) * new[] { 1.0, 1.26, 1.5 }.Sum(chord => Tone(220 * chord * Math.Pow(2, (int)(t / 0.33) * 7 % 12 / 12.0), t)),

                // telephone signals and an alarm
                Sound.Beeps => t % 3 < 1 ? 0.1 * (Math.Sin(2 * Math.PI * 697 * t) + Math.Sin(2 * Math.PI * 1209 * t)) : t % 3 < 2 && t % 0.4 < 0.2 ? 0.2 * Math.Sin(2 * Math.PI * 1000 * t) : 0,
                _ => 0,
            });
        }

        return samples;

        static double Tone(double hertz, double t) => (0.08 * Math.Sin(2 * Math.PI * hertz * t)) + (0.04 * Math.Sin(4 * Math.PI * hertz * t)) + (0.02 * Math.Sin(6 * Math.PI * hertz * t));
    }
}
