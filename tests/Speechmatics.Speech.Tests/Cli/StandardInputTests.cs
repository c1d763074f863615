using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Tests.Cli;

public class StandardInputTests
{
    private static readonly byte[] Wave = File.ReadAllBytes(Directory.GetFiles(Repository.SampleAudio, "*.wav").Order(StringComparer.Ordinal).First());

    [Fact]
    public async Task A_wav_in_a_pipe_is_read_by_its_header_and_samples_without_one_as_they_are()
    {
        var file = await ReadAsync(Wave);
        Assert.Equal(16000, file.Rate);
        Assert.Equal(file.Samples, (await ReadAsync(Wave[44..])).Samples);
        Assert.Equal(file.Samples, (await ReadAsync(Wave[44..], mayBeWave: false)).Samples);

        // the header says 8000 Hz now
        var slow = (byte[])Wave.Clone();
        (slow[24], slow[25], slow[28], slow[29]) = (0x40, 0x1F, 0x80, 0x3E);
        Assert.Equal(8000, (await ReadAsync(slow)).Rate);

        // told to be raw, the header is samples
        Assert.Equal(file.Samples.Length + 22, (await ReadAsync(Wave, mayBeWave: false)).Samples.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(10)]
    public async Task Less_than_a_header_is_samples(int bytes) => Assert.Equal(bytes / 2, (await ReadAsync(new byte[bytes])).Samples.Length);

    private static async Task<(int Rate, float[] Samples)> ReadAsync(byte[] bytes, bool mayBeWave = true)
    {
        var input = new AudioInput { Name = "-", Samples = new MemoryStream(bytes), MayBeWave = mayBeWave };
        await using var reader = await new StandardInputSource(input, ChannelSelection.Mix).OpenAsync(TestContext.Current.CancellationToken);
        var samples = new List<float>();
        var buffer = new float[1000];
        while (await reader.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
            samples.AddRange(buffer[..count]);
        return (reader.SampleRate, [.. samples]);
    }
}
