using System.Text.Json;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Features;

public class WhisperMelExtractorTests
{
    private const int Bins = 80;
    private static readonly WhisperMelOptions Options = new();
    private static readonly WhisperMelExtractor Extractor = new(Options);

    [Fact]
    public void Frames_of_recordings_are_those_of_the_reference()
    {
        var golden = Path.Combine(Clip.Golden, "enhanced");
        foreach (var name in Clip.Names(golden))
        {
            var expected = Clip.Frames(golden, name);
            var samples = Clip.Samples(Repository.SampleAudio, name);
            Clip.AssertClose(expected, Compute(Extractor, samples, expected.Length / Bins * 160), 1e-3f);
        }
    }

    [Fact]
    public void Frames_of_all_recordings_are_those_of_the_reference()
    {
        var shared = Repository.RequireShared();
        var golden = Path.Combine(shared, "golden", "enhanced");
        foreach (var name in Clip.Names(golden))
        {
            var description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden, name + ".json")));
            var padded = description.RootElement.GetProperty("paddedSeconds").GetInt32() * 16000;
            var samples = Clip.Samples(Path.Combine(shared, "audio"), name);
            Clip.AssertClose(Clip.Frames(golden, name), Compute(Extractor, samples, padded), 1e-3f);
        }
    }

    public static TheoryData<int, int> Lengths => new()
    {
        { 0, 201 }, { 0, 3200 }, { 1, 201 }, { 1, 3200 }, { 2, 1600 }, { 159, 1600 }, { 160, 1600 }, { 161, 1600 }, { 199, 1600 }, { 200, 1600 },
        { 201, 201 }, { 201, 1600 }, { 319, 320 }, { 320, 320 }, { 320, 321 }, { 400, 400 }, { 401, 1600 }, { 1400, 1600 }, { 1559, 1600 },
        { 1560, 1600 }, { 1600, 1600 }, { 1601, 1601 }, { 1759, 1759 }, { 3840, 3840 }, { 3999, 8000 }, { 4000, 4001 },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void An_utterance_of_any_length_has_the_frames_of_the_definition(int length, int padded)
    {
        var samples = Clip.Noise(length);
        var frames = Compute(Extractor, samples, padded);
        Assert.Equal(padded / 160 * Bins, frames.Length);
        Clip.AssertClose(Reference(samples, padded), frames, 1e-4f);
    }

    [Fact]
    public void Padding_is_the_same_bits_as_silence_that_was_recorded()
    {
        var samples = Clip.Samples(Repository.SampleAudio, "accented-child-004");
        foreach (var seconds in (int[])[6, 10, 30])
        {
            var recorded = new float[seconds * 16000];
            samples.CopyTo(recorded, 0);
            Assert.Equal(Compute(Extractor, recorded, recorded.Length), Compute(Extractor, samples, recorded.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels.Widths), MemberType = typeof(Kernels))]
    public void Every_width_gives_the_same_bits(int width)
    {
        var samples = Clip.Samples(Repository.SampleAudio, "accented-child-004")[..12345];
        var extractor = new WhisperMelExtractor(Options, (f, m, c) => Kernels.Create(width, f, m, c));
        Assert.Equal(Compute(Extractor, samples, 16000), Compute(extractor, samples, 16000));
    }

    [Fact]
    public void Silence_is_one_value()
    {
        // log10 of the floor is -10, less than 8 below itself: (-10 + 4) / 4
        Assert.All(Compute(Extractor, [], 32000), x => Assert.Equal(-1.5f, x, 1e-6f));
        Assert.All(Compute(Extractor, new float[32000], 32000), x => Assert.Equal(-1.5f, x, 1e-6f));
    }

    [Fact]
    public void Many_threads_share_one_extractor()
    {
        var utterances = Enumerable.Range(1, 16).Select(i => Clip.Noise(i * 1111)).ToArray();
        var alone = Array.ConvertAll(utterances, u => Compute(Extractor, u, 32000));
        Parallel.For(0, 64, i => Assert.Equal(alone[i % 16], Compute(Extractor, utterances[i % 16], 32000)));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var (samples, frames) = (Clip.Noise(20000), new float[200 * Bins]);
        Assert.Equal(0, Allocations.OfThread(() => Extractor.Compute(samples, 32000, frames)));
    }

    [Fact]
    public void What_cannot_be_met_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("paddedSamples", () => Extractor.Compute(new float[400], 399, new float[1000]));
        Assert.Throws<ArgumentOutOfRangeException>("paddedSamples", () => Extractor.Compute(new float[100], 200, new float[1000]));
        Assert.Throws<ArgumentException>("frames", () => Extractor.Compute(new float[400], 400, new float[(2 * Bins) - 1]));
        WhisperMelOptions[] wrong =
        [
            Options with { HopSamples = 0 }, Options with { WindowSamples = 401 }, Options with { FftSamples = 402 }, Options with { Floor = 0 },
            Options with { Divisor = 0 }, Options with { DynamicRange = -1 }, Options with { Bins = 0 }, Options with { HighHz = 8001 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() => new WhisperMelExtractor(options)));
    }

    private static float[] Compute(WhisperMelExtractor extractor, ReadOnlySpan<float> samples, int padded)
    {
        var frames = new float[WhisperMelExtractor.Frames(padded) * extractor.Options.Bins];
        extractor.Compute(samples, padded, frames);
        return frames;
    }

    /// <summary>The definition in double precision: torch.stft of the mirrored signal, its last column dropped.</summary>
    private static float[] Reference(float[] samples, int padded)
    {
        var signal = new double[padded];
        for (var i = 0; i < samples.Length; i++)
            signal[i] = samples[i];
        var filters = new MelFilterBank(Bins, 400, 16000, 0, 8000);
        var logs = new double[padded / 160 * Bins];
        var (windowed, power) = (new double[400], new double[201]);
        for (var t = 0; t < padded / 160; t++)
        {
            for (var i = 0; i < 400; i++)
            {
                var at = (t * 160) - 200 + i;
                if (at < 0)
                    at = -at;
                if (at >= padded)
                    at = (2 * padded) - 2 - at;
                windowed[i] = signal[at] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / 400)));
            }

            LogMelReference.Power(windowed, 400, power);
            for (var m = 0; m < Bins; m++)
            {
                var mel = Enumerable.Range(0, 201).Sum(k => filters.Weight(m, k) * power[k]);
                logs[(t * Bins) + m] = Math.Log10(Math.Max(mel, 1e-10));
            }
        }

        var least = logs.Max() - 8;
        return Array.ConvertAll(logs, x => (float)((Math.Max(x, least) + 4) / 4));
    }
}
