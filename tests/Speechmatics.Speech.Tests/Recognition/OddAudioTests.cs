using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>Audio that is not what a recognizer hopes for.</summary>
public class OddAudioTests(RecognizerFixture fixture, ITestOutputHelper output) : IClassFixture<RecognizerFixture>
{
    [Theory]
    [InlineData(0, 16000)]
    [InlineData(1, 16000)]
    [InlineData(800, 16000)]
    [InlineData(0, 44100)]
    [InlineData(1, 44100)]
    [InlineData(1, 8000)]
    public async Task Next_to_no_audio_gives_no_events(int samples, int sampleRate)
    {
        var audio = Clips.Named("orders-009").Samples.AsSpan(20000, samples).ToArray();
        Assert.Empty(await fixture.AllEventsAsync(RecognizerFixture.Samples(audio, sampleRate)));
        Assert.Empty(await fixture.AllEventsAsync(AudioSource.FromWaveStream(new MemoryStream(Resampled.WaveFile(audio, sampleRate)))));
    }

    [Theory]
    [InlineData(160)]
    [InlineData(640)]
    [InlineData(1280)]
    public async Task Silence_gives_no_words(int chunkMilliseconds)
    {
        var options = new SessionOptions { Chunk = TimeSpan.FromMilliseconds(chunkMilliseconds) };
        Assert.Empty(await fixture.AllEventsAsync(RecognizerFixture.Samples(new float[60 * 16000]), options));
    }

    /// <summary>The model has learnt what noise is only so far; what counts here is that nothing breaks and that the figures can be read.</summary>
    [Theory]
    [InlineData(0.001f)]
    [InlineData(0.01f)]
    [InlineData(0.1f)]
    [InlineData(1f)]
    public async Task White_noise_breaks_nothing(float peak)
    {
        var random = new Random(1);
        var noise = new float[60 * 16000];
        foreach (ref var sample in noise.AsSpan()) sample = peak * ((random.NextSingle() * 2) - 1);
        await AssertSoundAsync(noise, $"white noise, peak {peak}", mostWords: 15);
    }

    [Fact]
    public async Task A_kitchen_breaks_nothing()
    {
        var source = AudioSource.FromWaveFile(Path.Combine(Repository.RequireShared(), "audio", "noise-kitchen.wav"));
        var events = await fixture.AllEventsAsync(source);
        output.WriteLine($"kitchen: {Clips.Text(events)}");
    }

    [Theory]
    [InlineData(30f)]
    [InlineData(1e6f)]
    public async Task Clipped_speech_breaks_nothing(float gain)
    {
        var clip = Clips.Named("orders-009").Samples;
        var clipped = Array.ConvertAll(clip, sample => Math.Clamp(sample * gain, -1, 1));
        await AssertSoundAsync(clipped, $"clipped after a gain of {gain}", mostWords: 30);
    }

    [Theory]
    [InlineData(10f)]
    [InlineData(1e4f)]
    [InlineData(1e18f)]
    [InlineData(1e25f)]
    [InlineData(1e38f)]
    public async Task Samples_far_beyond_full_scale_break_nothing(float gain)
    {
        var clip = Clips.Named("orders-009").Samples;
        var loud = Array.ConvertAll(clip, sample => sample * gain);
        var speech = await AssertSoundAsync([.. loud, .. new float[16000 * 15], .. clip], $"a gain of {gain}", mostWords: 60);

        // the session goes on: what follows is recognised
        Assert.Contains("sugar", Clips.Text(speech.Where(e => e is FinalTranscript f && f.Start > TimeSpan.FromSeconds((clip.Length / 16000.0) + 14))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task What_is_no_number_is_reported_as_bad_audio_with_its_place_after_the_words_before_it(float bad)
    {
        var samples = Clips.Named("orders-009").Samples.ToArray();
        samples[^1000] = bad;
        var events = new List<SpeechEvent>();
        var failure = await Assert.ThrowsAsync<AudioFormatException>(async () =>
        {
            await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(RecognizerFixture.Samples(samples))) events.Add(speechEvent);
        });
        Assert.Contains($"Sample {samples.Length - 1000} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("sugar", Clips.Text(events), StringComparison.Ordinal);

        await Assert.ThrowsAsync<AudioFormatException>(() => fixture.AllEventsAsync(AudioSource.FromWaveStream(new MemoryStream(Resampled.WaveFile(samples, 16000)))));
    }

    [Fact]
    public async Task A_truncated_file_gives_its_words_and_then_a_notice()
    {
        var file = Resampled.WaveFile(Clips.Named("orders-009").Samples, 16000);
        var cut = file[..(file.Length * 4 / 5)];
        var whole = await fixture.TextAsync(AudioSource.FromWaveStream(new MemoryStream(file)));
        var events = await fixture.AllEventsAsync(AudioSource.FromWaveStream(new MemoryStream(cut)));
        var notice = Assert.IsType<SessionNotice>(events[^1]);
        Assert.Equal(SessionNoticeKind.AudioTruncated, notice.Kind);
        Assert.Equal((cut.Length - 44) / 64000.0, notice.Time.TotalSeconds, 3);
        var text = Clips.Text(events);
        Assert.StartsWith(string.Join(' ', text.Split(' ').SkipLast(1)), whole, StringComparison.Ordinal);
        Assert.True(text.Split(' ').Length >= 5, text);
    }

    /// <summary>Recognises, and checks that every word has its place inside the audio.</summary>
    private async Task<List<SpeechEvent>> AssertSoundAsync(float[] samples, string what, int mostWords)
    {
        var events = await fixture.AllEventsAsync(RecognizerFixture.Samples(samples));
        var words = events.OfType<FinalTranscript>().SelectMany(final => final.Words).ToArray();
        output.WriteLine($"{what}: {words.Length} words in {samples.Length / 16000.0:0} s: {Clips.Text(events)}");
        Assert.All(words, word => Assert.True(word.Start >= TimeSpan.Zero && word.End >= word.Start && word.End.TotalSeconds <= (samples.Length / 16000.0) + 0.4 && word.Confidence is >= 0 and <= 1, $"{word}"));
        Assert.InRange(words.Length, 0, mostWords);
        return events;
    }
}
