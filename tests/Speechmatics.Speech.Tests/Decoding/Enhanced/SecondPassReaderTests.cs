using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public sealed class SecondPassReaderTests(EnhancedModelFixture fixture) : IClassFixture<EnhancedModelFixture>
{
    private static readonly WhisperMelExtractor Mel = new(new WhisperMelOptions());

    [Fact]
    public void A_clip_gives_its_text_with_times_in_the_stream()
    {
        using var reader = CreateReader(1);
        var audio = Sample("orders-007");
        var result = Read(reader, audio, startSample: 3600L * 16000 * 24 * 100);
        Assert.True(result is { Accepted: true, Reason: SecondPassReason.Plausible, ReadTwice: false });
        Assert.Equal("I have a coffee with brown sugar.", string.Join(' ', result.Words.Select(w => w.Text)));
        var at = TimeSpan.FromDays(100);
        var end = at + TimeSpan.FromSeconds(audio.Length / 16000.0);
        foreach (var word in result.Words)
        {
            Assert.True(word.Start >= at && word.End >= word.Start && word.End <= end);
            Assert.InRange(word.Confidence, 0.5f, 1f);
            at = word.Start;
        }

        // the speaker begins after more than a second of silence
        Assert.True(result.Words[0].Start > TimeSpan.FromDays(100) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Results_are_the_same_alone_and_in_a_batch_larger_than_a_run()
    {
        using var reader = CreateReader(3);
        var jobs = Directory.GetFiles(Repository.SampleAudio, "*.wav").Order(StringComparer.Ordinal).Select(WaveFile.Read)
            .Where(a => SecondPassReader.PaddedSamples(a.Length) == 8 * 16000).Take(7).Select((a, i) => new SecondPassJob { Audio = a, StartSample = i * 1000 }).ToArray();
        Assert.Equal(7, jobs.Length);
        var together = new SecondPassResult[jobs.Length];
        reader.Read(jobs, together, default);
        for (var i = 0; i < jobs.Length; i++)
        {
            var alone = new SecondPassResult[1];
            reader.Read([jobs[i]], alone, default);
            Assert.Equal(alone[0].Words, together[i].Words);
            Assert.Equal(alone[0] with { Words = [] }, together[i] with { Words = [] });
        }
    }

    [Theory]
    [InlineData("silence", 10)]
    [InlineData("hum", 10)]
    [InlineData("white noise", 10)]
    [InlineData("tones", 3)]
    [InlineData("silence", 1)]
    public void What_is_no_speech_gives_no_words(string kind, int seconds)
    {
        var random = new Random(7);
        var audio = Enumerable.Range(0, seconds * 16000).Select(i => kind switch
        {
            "hum" => (0.05 * Math.Sin(2 * Math.PI * 50 * i / 16000)) + (0.02 * Math.Sin(2 * Math.PI * 150 * i / 16000)),
            "white noise" => 0.2 * (random.NextDouble() - 0.5),
            "tones" => 0.1 * Math.Sin(2 * Math.PI * 220 * Math.Pow(2, i / 4000 % 12 / 12.0) * i / 16000),
            _ => 0,
        }).Select(x => (float)x).ToArray();
        using var reader = CreateReader(1);
        var result = Read(reader, audio);
        Assert.Empty(result.Words);
        Assert.True(result is { Accepted: true, Reason: SecondPassReason.NoSpeech });
    }

    [Fact]
    public void A_kitchen_gives_no_words()
    {
        var kitchen = WaveFile.Read(Path.Combine(Repository.RequireShared(), "audio", "noise-kitchen.wav"));
        using var reader = CreateReader(4);
        foreach (var seconds in new[] { 1, 3, 10 })
        {
            var jobs = kitchen.Chunk(seconds * 16000).Where(c => c.Length == seconds * 16000).Take(4).Select(c => new SecondPassJob { Audio = c, StartSample = 0 }).ToArray();
            var results = new SecondPassResult[jobs.Length];
            reader.Read(jobs, results, default);
            Assert.All(results, r => Assert.Empty(r.Words));
        }
    }

    [Fact]
    public void A_reading_that_loops_is_read_again_with_full_padding()
    {
        var audio = WaveFile.Read(Path.Combine(Repository.RequireShared(), "audio", "common-voice-042.wav"));
        using var reader = CreateReader(2);
        var results = new SecondPassResult[2];
        reader.Read([new SecondPassJob { Audio = audio, StartSample = 0 }, new SecondPassJob { Audio = audio.AsMemory(1), StartSample = 0 }], results, default);
        Assert.True(results[0] is { Accepted: true, ReadTwice: true });
        Assert.Equal("Can I help you pack?", string.Join(' ', results[0].Words.Select(w => w.Text)));
    }

    [Fact]
    public void No_audio_gives_no_words()
    {
        using var reader = CreateReader(1);
        Assert.Empty(Read(reader, []).Words);
    }

    [Fact]
    public void Jobs_of_different_padded_lengths_are_refused()
    {
        using var reader = CreateReader(2);
        SecondPassJob[] jobs = [new() { Audio = new float[16000], StartSample = 0 }, new() { Audio = new float[80000], StartSample = 0 }];
        Assert.Throws<ArgumentException>(() => reader.Read(jobs, new SecondPassResult[2], default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(reader, new float[31 * 16000]));
    }

    private static SecondPassResult Read(SecondPassReader reader, float[] audio, long startSample = 0)
    {
        var results = new SecondPassResult[1];
        reader.Read([new SecondPassJob { Audio = audio, StartSample = startSample }], results, default);
        return results[0];
    }

    private static float[] Sample(string name) => WaveFile.Read(Path.Combine(Repository.SampleAudio, name + ".wav"));

    private SecondPassReader CreateReader(int maxRows) => new(fixture.Model, (audio, mel) => Mel.Compute(audio, mel.Length / 80 * 160, mel), maxRows);
}
