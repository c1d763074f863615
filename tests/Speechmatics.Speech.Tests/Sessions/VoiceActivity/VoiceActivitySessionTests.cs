using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Voice activity in the pool, with the real models.</summary>
public class VoiceActivitySessionTests(ModelFixture fixture, VoiceActivityModelFixture voice) : IClassFixture<VoiceActivityModelFixture>
{
    private static readonly string[] Names = ["orders-004", "common-voice-005", "orders-007", "accented-adult-017"];

    private static SessionOptions Options(int chunkMilliseconds = 640) => new() { Chunk = TimeSpan.FromMilliseconds(chunkMilliseconds), VoiceActivity = new VoiceActivityOptions() };

    private SessionPool Pool(int sessions = 20, int workers = 2) => new(fixture.Model, new SessionPoolOptions { MaxSessions = sessions, Workers = workers, VoiceActivityModel = voice.Model });

    [Fact]
    public async Task Speech_is_told_where_it_is_and_words_lie_in_it()
    {
        await using var pool = Pool();
        await using var session = await pool.OpenAsync(Options());
        var clip = Clips.Named("orders-009").Samples[16000..]; // the speaker takes a second to begin
        var events = await Clips.PlayAsync(session, (float[])[.. new float[32000], .. clip, .. new float[32000], .. clip, .. new float[16000]]);
        var spans = Spans(events);
        var second = 4 + (clip.Length / 16000.0);
        Assert.InRange(spans[0].Start, 2.0, 2.6);
        Assert.Contains(spans, span => span.Start >= second - 0.1 && span.Start <= second + 0.6);
        Assert.DoesNotContain(spans, span => span.Start < 2 + (clip.Length / 16000.0) && span.End > second);
        for (var i = 1; i < spans.Count; i++) Assert.True(spans[i].Start >= spans[i - 1].End);
        foreach (var word in events.OfType<FinalTranscript>().SelectMany(final => final.Words))
            Assert.Contains(spans, span => word.Start.TotalSeconds < span.End + 0.3 && word.End.TotalSeconds > span.Start - 0.3);
    }

    [Fact]
    public async Task What_is_heard_does_not_depend_on_the_batch_the_pieces_or_the_chunk()
    {
        await using var pool = Pool();
        var solo = new List<string>();
        foreach (var name in Names)
        {
            await using var session = await pool.OpenAsync(Options());
            var events = await Clips.PlayAsync(session, Clips.Named(name).Samples);
            solo.Add(Heard(events));
            Assert.NotEmpty(Spans(events));
            foreach (var chunk in (int[])[160, 1280])
            {
                await using var other = await pool.OpenAsync(Options(chunk));
                Assert.Equal(Spans(events), Spans(await Clips.PlayAsync(other, Clips.Named(name).Samples)));
            }
        }

        // half of the sessions beside them do not listen for voices
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var options = Options();
            if (i % 2 == 1) options.VoiceActivity = null;
            await using var session = await pool.OpenAsync(options);
            return await Clips.PlayAsync(session, Clips.Named(Names[i / 2 % Names.Length]).Samples, 1000 + (371 * i));
        }));
        for (var i = 0; i < together.Length; i++)
        {
            if (i % 2 == 0) Assert.Equal(solo[i / 2 % Names.Length], Heard(together[i]));
            else Assert.DoesNotContain(together[i], e => e is SpeechStarted or SpeechEnded);
        }
    }

    [Fact]
    public async Task A_flush_does_not_change_what_is_heard()
    {
        await using var pool = Pool();
        var clip = Clips.Named("orders-009").Samples;
        await using var plain = await pool.OpenAsync(Options(1280));
        var expected = Spans(await Clips.PlayAsync(plain, clip));
        await using var session = await pool.OpenAsync(Options(1280));
        var reading = Clips.ReadAllAsync(session);
        for (var at = 0; at < clip.Length; at += 7000)
        {
            await session.WriteAsync(clip.AsMemory(at, Math.Min(7000, clip.Length - at)));
            await session.FlushAsync();
        }

        session.Complete();
        Assert.Equal(expected, Spans(await reading));
    }

    [Fact]
    public async Task A_restored_session_hears_on_and_needs_the_same_model()
    {
        await using var pool = Pool();
        var clip = Clips.Named("orders-009").Samples;
        await using var whole = await pool.OpenAsync(Options());
        var expected = Heard(await Clips.PlayAsync(whole, clip));
        foreach (var cut in (int[])[5000, 40000, 70123])
        {
            await using var first = await pool.OpenAsync(Options());
            await first.WriteAsync(clip.AsMemory(0, cut));
            var state = await first.ExportStateAsync();
            await using var second = await pool.RestoreAsync(state);
            var after = await Clips.PlayAsync(second, clip.AsMemory(cut));
            Assert.EndsWith(Heard(after), expected, StringComparison.Ordinal);
            await using var deaf = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
            Assert.Contains("voice activity", (await Assert.ThrowsAsync<InvalidDataException>(async () => await deaf.RestoreAsync(state))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Voice_activity_goes_with_the_second_pass_too()
    {
        await using var enhanced = await EnhancedSpeechModel.LoadAsync(EnhancedModelFixture.Folder);
        await using var pool = new SessionPool(fixture.Model, enhanced, new SessionPoolOptions { MaxSessions = 2, VoiceActivityModel = voice.Model });
        var options = Options();
        await using var standard = await pool.OpenAsync(options);
        var clip = Clips.Named("orders-005").Samples;
        var expected = Spans(await Clips.PlayAsync(standard, clip));
        options.OperatingPoint = OperatingPoint.Enhanced;
        options.MaxDelay = Timeout.InfiniteTimeSpan;
        await using var session = await pool.OpenAsync(options);
        var events = await Clips.PlayAsync(session, clip);
        Assert.Equal(expected, Spans(events));
        Assert.Contains("cappuccino", Clips.Text(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soft_voice_after_which_the_encoder_fell_silent_is_heard_from_fresh_state()
    {
        // at -40 dB the streaming model writes nothing of the second sentence
        var audio = Clips.Named("accented-adult-035").Samples.Concat(Clips.Named("accented-adult-036").Samples).Select(sample => sample * 0.01f).ToArray();
        await using var pool = Pool();
        var options = Options();
        options.VoiceActivity!.RescueAfter = Timeout.InfiniteTimeSpan;
        await using var plain = await pool.OpenAsync(options);
        Assert.DoesNotContain("beginning", Clips.Text(await Clips.PlayAsync(plain, audio)), StringComparison.Ordinal);
        await using var session = await pool.OpenAsync(Options());
        var events = await Clips.PlayAsync(session, audio, 1000);
        Assert.Contains("this is only the beginning", Clips.Text(events), StringComparison.Ordinal);
        Assert.Contains(events, e => e is SessionNotice { Kind: SessionNoticeKind.BlankSpanRescued });
        var words = events.OfType<FinalTranscript>().SelectMany(final => final.Words).ToArray();
        for (var i = 1; i < words.Length; i++) Assert.True(words[i].Start >= words[i - 1].Start);
        Assert.All(words, word => Assert.InRange(word.End, word.Start, session.AudioReceived));
    }

    [Fact]
    public async Task Silence_noise_hum_and_tones_have_no_words_and_no_speech()
    {
        var random = new Random(3);
        float[] Make(Func<int, float> sample) => [.. Enumerable.Range(0, 12 * 16000).Select(sample)];
        var brown = 0f;
        var noises = new[]
        {
            Make(_ => 0),
            Make(_ => (random.NextSingle() - 0.5f) * 0.02f),
            Make(_ => (random.NextSingle() - 0.5f) * 0.4f),
            Make(_ => brown = (brown * 0.98f) + ((random.NextSingle() - 0.5f) * 0.1f)),
            Make(i => 0.1f * MathF.Sin(2 * MathF.PI * 50 * i / 16000f)),
            Make(i => 0.15f * MathF.Sin(2 * MathF.PI * 220 * MathF.Pow(2, i / 4800 * 7 % 12 / 12f) * i / 16000f) * MathF.Exp(-(i % 4800) / 3000f)),
        };
        await using var pool = Pool();
        foreach (var events in await Task.WhenAll(noises.Select(async noise =>
        {
            await using var session = await pool.OpenAsync(Options(160));
            return await Clips.PlayAsync(session, noise);
        })))
        {
            Assert.Equal("", Clips.Text(events));
            Assert.DoesNotContain(events, e => e is PartialTranscript or SpeechStarted or EndOfUtterance);
        }
    }

    [Fact]
    public async Task A_kitchen_has_no_words()
    {
        var pcm = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(Path.Combine(Repository.RequireShared(), "audio", "noise-kitchen.wav")).AsSpan(44));
        var noise = new float[pcm.Length];
        SampleConversion.Pcm16ToFloat(pcm, noise);
        await using var pool = Pool();
        foreach (var chunk in (int[])[160, 640, 1280])
        {
            await using var session = await pool.OpenAsync(Options(chunk));
            Assert.Equal("", Clips.Text(await Clips.PlayAsync(session, noise)));
        }
    }

    [Fact]
    public async Task Options_out_of_range_and_a_pool_without_the_model_are_told()
    {
        await using var deaf = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        Assert.False(deaf.HasVoiceActivity);
        Assert.Contains("VoiceActivityModel", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await deaf.OpenAsync(Options()))).Message, StringComparison.Ordinal);
        await using var pool = Pool();
        Assert.True(pool.HasVoiceActivity);
        foreach (var (change, name) in new (Action<VoiceActivityOptions>, string)[]
        {
            (o => o.Threshold = 1.1f, nameof(VoiceActivityOptions.Threshold)),
            (o => o.Threshold = float.NaN, nameof(VoiceActivityOptions.Threshold)),
            (o => o.EndThreshold = 0.5f, nameof(VoiceActivityOptions.EndThreshold)),
            (o => o.EndThreshold = 0, nameof(VoiceActivityOptions.EndThreshold)),
            (o => o.MinSpeech = TimeSpan.FromSeconds(11), nameof(VoiceActivityOptions.MinSpeech)),
            (o => o.MinSilence = TimeSpan.FromTicks(-1), nameof(VoiceActivityOptions.MinSilence)),
            (o => o.EndpointSilence = TimeSpan.FromMilliseconds(99), nameof(VoiceActivityOptions.EndpointSilence)),
            (o => o.WordThreshold = 1.5f, nameof(VoiceActivityOptions.WordThreshold)),
            (o => o.RescueAfter = TimeSpan.FromSeconds(0.5), nameof(VoiceActivityOptions.RescueAfter)),
            (o => o.RescueAfter = TimeSpan.FromSeconds(11), nameof(VoiceActivityOptions.RescueAfter)),
            (o => o.Padding = TimeSpan.FromSeconds(2), nameof(VoiceActivityOptions.Padding)),
        })
        {
            var options = Options();
            change(options.VoiceActivity!);
            Assert.Equal(name, (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(options))).ParamName);
        }
    }

    private static List<(double Start, double End)> Spans(List<SpeechEvent> events)
    {
        var spans = new List<(double, double)>();
        double? start = null;
        foreach (var speechEvent in events)
        {
            if (speechEvent is SpeechStarted started)
            {
                Assert.Null(start);
                start = started.Time.TotalSeconds;
            }
            else if (speechEvent is SpeechEnded ended)
            {
                spans.Add((start!.Value, ended.Time.TotalSeconds));
                Assert.True(ended.Time.TotalSeconds >= start);
                start = null;
            }
        }

        Assert.Null(start);
        return spans;
    }

    private static string Heard(List<SpeechEvent> events) => string.Join('\n', events.Select(e => e switch
    {
        SpeechStarted s => $"+{s.Time.TotalMilliseconds}",
        SpeechEnded s => $"-{s.Time.TotalMilliseconds}",
        FinalTranscript f => f.Text,
        _ => "",
    }).Where(line => line.Length > 0));
}
