using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>That the voice activity model hears exactly the samples that the encoder hears, with fakes that check every window.</summary>
public class VoiceActivityStreamTests
{
    private static SessionPool Pool(FakeModel model, FakeVoiceActivityModel voice) =>
        new(model, new SessionPoolOptions { Workers = 1, MaxSessions = 10 }, TimeProvider.System, voiceActivityModel: voice);

    private static SessionOptions Options(int? chunkFrames = 2)
    {
        var options = FakePools.Options(chunkFrames);
        options.VoiceActivity = new VoiceActivityOptions { Padding = TimeSpan.Zero, MinSpeech = TimeSpan.Zero, MinSilence = TimeSpan.Zero };
        return options;
    }

    /// <summary>Silence, but loud from <paramref name="from"/> to <paramref name="to"/> seconds.</summary>
    private static float[] Audio(double seconds, double from, double to)
    {
        var audio = FakePools.Silence(seconds);
        audio.AsSpan((int)(from * FakePools.SampleRate)..(int)(to * FakePools.SampleRate)).Fill(0.5f);
        return audio;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(null)]
    public async Task Every_sample_is_heard_once_and_in_order(int? chunkFrames)
    {
        var heard = new List<float>();
        var voice = new FakeVoiceActivityModel { Heard = window => heard.AddRange(window) };
        await using var pool = Pool(new FakeModel(), voice);
        await using var session = await pool.OpenAsync(Options(chunkFrames));
        var random = new Random(5);
        var audio = new float[10_123];
        for (var i = 0; i < audio.Length; i++) audio[i] = random.Next(-20000, 20000) / 32768f;
        heard.Clear();
        await Clips.PlayAsync(session, audio, 777);
        Assert.InRange(heard.Count, audio.Length, audio.Length + 89);
        Assert.Equal(audio, heard.Take(audio.Length));
        Assert.All(heard.Skip(audio.Length), sample => Assert.Equal(0, sample));
    }

    [Fact]
    public async Task Times_stay_true_when_audio_was_dropped()
    {
        var model = new FakeModel { IsSpeech = _ => false };
        using var gate = new FakePools.Gate(model);
        await using var pool = Pool(model, new FakeVoiceActivityModel());
        var options = Options();
        options.BufferDuration = TimeSpan.FromSeconds(2);
        options.Overrun = OverrunPolicy.DropOldest;
        await using var session = await pool.OpenAsync(options);
        var reading = FakePools.ReadAsync(session);
        await gate.HoldAsync(session, FakePools.Silence(1));
        var audio = Audio(12, 10.5, 11);
        for (var at = 0; at < audio.Length; at += 400) Assert.True(session.TryWrite(audio.AsSpan(at, 400)));
        gate.Open();
        session.Complete();
        var events = await reading;
        Assert.InRange(events.OfType<SessionNotice>().Sum(notice => notice.Dropped.TotalSeconds), 9, 11.5);

        // to a window, since what was dropped need not be whole windows
        Assert.Equal(11.5, events.OfType<SpeechStarted>().Single().Time.TotalSeconds, 0.05);
        Assert.Equal(12, events.OfType<SpeechEnded>().Single().Time.TotalSeconds, 0.05);
    }

    [Fact]
    public async Task A_failure_of_the_model_ends_the_sessions_that_listen_and_no_others()
    {
        var voice = new FakeVoiceActivityModel();
        await using var pool = Pool(new FakeModel(), voice);
        await using var listening = await pool.OpenAsync(Options());
        var plainOptions = Options();
        plainOptions.VoiceActivity = null;
        await using var plain = await pool.OpenAsync(plainOptions);
        voice.ShouldFail = _ => true;
        var reading = Clips.ReadAllAsync(listening);
        var playing = Clips.PlayAsync(plain, FakePools.Silence(8));
        await listening.WriteAsync((ReadOnlyMemory<float>)FakePools.Silence(1));
        Assert.Equal("injected", (await Assert.ThrowsAsync<SpeechModelException>(() => reading.WaitAsync(FakePools.Patience))).Message);
        Assert.NotEmpty(FakePools.WordFrames(await playing.WaitAsync(FakePools.Patience)));
        Assert.Equal(1, pool.GetStatus().FailedSessions);
    }

    [Fact]
    public void Models_of_two_rates_do_not_go_together() =>
        Assert.Contains("take two of one rate", Assert.Throws<ArgumentException>(() => Pool(new FakeModel(), new FakeVoiceActivityModel(16000))).Message, StringComparison.Ordinal);
}
