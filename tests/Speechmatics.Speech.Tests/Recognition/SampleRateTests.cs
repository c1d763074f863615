using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

public class SampleRateTests(RecognizerFixture fixture, ITestOutputHelper output) : IClassFixture<RecognizerFixture>
{
    [Theory]
    [InlineData(22050)]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(8000)]
    public Task Files_at_another_rate_give_the_same_words(int sampleRate) => CompareAsync(Repository.SampleAudio, sampleRate, tolerance: 1.5); // 217 words: one is half a point

    /// <summary>Minutes of work, so asked for by name: <c>--explicit only</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData(22050)]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(8000)]
    public Task All_recordings_at_another_rate_give_the_same_words(int sampleRate) => CompareAsync(Path.Combine(Repository.RequireShared(), "audio"), sampleRate, tolerance: 0.5);

    private async Task CompareAsync(string folder, int sampleRate, double tolerance)
    {
        var clips = Clips.In(folder);
        var copies = clips.Select(clip => Resampled.From16K(clip.Samples, sampleRate)).ToArray();

        // 8 kHz has no sound above 4 kHz to offer: the fair comparison is a 16 kHz file without it
        var originals = clips.Select((clip, i) => sampleRate >= 16000 ? clip.Samples : Resampled.Convert(copies[i], sampleRate, 16000)).ToArray();
        var expected = await TextsAsync(originals, 16000);
        var actual = await TextsAsync(copies, sampleRate);

        var (original, copy, apart) = (new WordErrors(), new WordErrors(), new WordErrors());
        for (var i = 0; i < clips.Length; i++)
        {
            original.Add(clips[i].Text, expected[i]);
            copy.Add(clips[i].Text, actual[i]);
            apart.Add(expected[i], actual[i]);
            if (expected[i] != actual[i]) output.WriteLine($"{clips[i].Name}: '{expected[i]}' / '{actual[i]}'");
        }

        output.WriteLine($"{sampleRate} Hz: WER {copy.Rate:0.00} %, at 16 kHz {original.Rate:0.00} %, {apart.Errors} of {apart.Words} words differ");
        Assert.Equal(original.Rate, copy.Rate, tolerance);

        // a draft model wavers over many words, so that copies which differ by the last bits give some others
        Assert.InRange(apart.Rate, 0, 10);
    }

    private Task<string[]> TextsAsync(float[][] recordings, int sampleRate) => Task.WhenAll(recordings.Select(samples =>
        fixture.TextAsync(AudioSource.FromWaveStream(new MemoryStream(Resampled.WaveFile(samples, sampleRate))))));
}
