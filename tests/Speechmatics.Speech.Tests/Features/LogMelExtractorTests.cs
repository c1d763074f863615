using CsCheck;
using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Features;

public class LogMelExtractorTests
{
    private const int Bins = 80;
    private static readonly LogMelOptions Options = new();
    private static readonly LogMelTables Tables = new(Options);

    public static TheoryData<int> Lengths =>
    [
        0, 1, 2, 3, 39, 40, 41, 159, 160, 161, 199, 200, 201, 319, 320, 321, 359, 360, 361,
        399, 400, 401, 559, 560, 561, 1279, 1280, 1320, 1321, 1639, 1640, 2600, 2601, 5000,
    ];

    [Fact]
    public void Frames_of_recordings_are_those_of_the_reference()
    {
        foreach (var name in Clip.Names(Clip.Golden))
            Clip.AssertClose(Clip.Frames(Clip.Golden, name), Whole(Tables, Clip.Samples(Repository.SampleAudio, name)), 5e-4f);
    }

    [Fact]
    public void Frames_of_all_recordings_are_those_of_the_reference()
    {
        var shared = Repository.RequireShared();
        var golden = Path.Combine(shared, "golden");
        foreach (var name in Clip.Names(golden))
            Clip.AssertClose(Clip.Frames(golden, name), Whole(Tables, Clip.Samples(Path.Combine(shared, "audio"), name)), 5e-4f);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_stream_of_any_length_has_the_frames_of_the_definition(int length)
    {
        var samples = Clip.Noise(length);
        var frames = Whole(Tables, samples);
        Assert.Equal(length / 160 * Bins, frames.Length);
        Clip.AssertClose(LogMelReference.Frames(Options, samples), frames, 5e-4f);
    }

    public static TheoryData<string> OtherModels =>
        ["128 bins", "8 kHz", "not centred", "no pre-emphasis, periodic window", "long hop", "bins not in fours"];

    [Theory]
    [MemberData(nameof(OtherModels))]
    public void Options_of_other_models_hold(string model)
    {
        var options = model switch
        {
            "128 bins" => Options with { Bins = 128 },
            "8 kHz" => Options with { SampleRate = 8000, HopSamples = 80, WindowSamples = 200, FftSamples = 256, HighHz = 4000, Bins = 40 },
            "not centred" => Options with { Centred = false },
            "no pre-emphasis, periodic window" => Options with { PreEmphasis = 0, Window = WindowKind.HannPeriodic, FftSamples = 400 },
            "long hop" => Options with { HopSamples = 400 },
            _ => Options with { Bins = 23, LowHz = 20, HighHz = 7600, HopSamples = 161, WindowSamples = 402 },
        };

        var samples = Clip.Noise(7321);
        var frames = Whole(new LogMelTables(options), samples);
        Clip.AssertClose(LogMelReference.Frames(options, samples), frames, 5e-4f);
        foreach (var width in (int[])[1, 4, 8, 16])
        {
            var extractor = new LogMelExtractor(Kernels.Tables(width, options));
            Assert.Equal(frames, Split(extractor, samples, [1, 500, 77, 4000]));
        }
    }

    [Fact]
    public void Any_division_of_the_samples_gives_the_same_bits()
    {
        var samples = Clip.Samples(Repository.SampleAudio, "accented-child-004")[..12345];
        var whole = Whole(Tables, samples);
        Gen.OneOf(Gen.Int[0, 3], Gen.Int[1, 400], Gen.Int[100, 4000]).Array[0, 200].Sample(
            pieces => Split(new LogMelExtractor(Tables), samples, pieces).AsSpan().SequenceEqual(whole), iter: 200);
        Assert.Equal(whole, Split(new LogMelExtractor(Tables), samples, Enumerable.Repeat(1, samples.Length)));
    }

    [Theory]
    [MemberData(nameof(Kernels.Widths), MemberType = typeof(Kernels))]
    public void Every_width_gives_the_same_bits(int width)
    {
        var samples = Clip.Samples(Repository.SampleAudio, "accented-child-004")[..12345];
        var tables = Kernels.Tables(width, Options);
        Assert.Equal(Whole(Tables, samples), Whole(tables, samples));
        Assert.Equal(Whole(Tables, samples), Split(new LogMelExtractor(tables), samples, Enumerable.Repeat(320, 40)));
    }

    [Fact]
    public void Counts_are_known_before_and_after()
    {
        var extractor = new LogMelExtractor(Tables);
        var frames = new float[1000 * Bins];
        var samples = Clip.Noise(20000);
        Gen.Int[0, 2000].Array[10].Sample(
            pieces =>
            {
                extractor.Reset();
                var (consumed, produced) = (0L, 0L);
                foreach (var piece in pieces)
                {
                    var expected = extractor.FramesAfter(piece);
                    Assert.Equal(expected, extractor.Process(samples.AsSpan(0, piece), frames));
                    (consumed, produced) = (consumed + piece, produced + expected);
                    Assert.Equal((consumed, produced), (extractor.SamplesConsumed, extractor.FramesProduced));
                    Assert.Equal(consumed < 200 ? 0 : ((consumed - 200) / 160) + 1, produced);
                    Assert.Equal(consumed / 160, produced + extractor.TailFrames);
                }
            },
            iter: 50,
            threads: 1);
    }

    [Fact]
    public void Looking_at_the_tail_changes_nothing()
    {
        var samples = Clip.Noise(5 * 160);
        var extractor = new LogMelExtractor(Tables);
        var frames = new List<float>();
        var tail = new float[Bins];
        foreach (var piece in samples.Chunk(100))
        {
            frames.AddRange(Take(extractor, piece));
            var count = extractor.PeekTail(tail);
            Assert.Equal(extractor.TailFrames, count);
            Assert.Equal(count, extractor.PeekTail(tail));
        }

        frames.AddRange(tail);
        Assert.Equal(Whole(Tables, samples), frames);
    }

    [Fact]
    public void Digital_silence_is_the_logarithm_of_the_guard()
    {
        var frames = Whole(Tables, new float[1600]);
        Assert.Equal(10 * Bins, frames.Length);
        Assert.All(frames, x => Assert.Equal(MathF.Log(Options.LogGuard), x, 2e-6f));
    }

    [Fact]
    public void A_saved_stream_continues_with_the_same_bits()
    {
        var samples = Clip.Noise(3000);
        var whole = Whole(Tables, samples);
        for (var at = 0; at < 1500; at += 73)
        {
            var first = new LogMelExtractor(Tables);
            var frames = new List<float>(Take(first, samples.AsSpan(0, at)));
            var second = new LogMelExtractor(Tables);
            Take(second, Clip.Noise(777));
            second.Load(new BinaryReader(new MemoryStream(Saved(first))));
            Assert.Equal(first.FramesProduced, second.FramesProduced);
            frames.AddRange(Take(second, samples.AsSpan(at)));
            frames.AddRange(Tail(second));
            Assert.Equal(whole, frames);
        }
    }

    [Fact]
    public void A_damaged_state_is_refused_and_leaves_the_stream_as_it_was()
    {
        var samples = Clip.Noise(1000);
        var saved = new LogMelExtractor(Tables);
        Take(saved, samples);
        var state = Saved(saved);
        Assert.InRange(state.Length, 1, 4096);

        var extractor = new LogMelExtractor(Tables);
        var frames = new List<float>(Take(extractor, samples.AsSpan(0, 300)));
        for (var length = 0; length < state.Length; length += 101)
            Assert.Throws<EndOfStreamException>(() => extractor.Load(new BinaryReader(new MemoryStream(state[..length]))));
        foreach (var at in (int[])[0, 4, 11, 16])
        {
            var damaged = state.ToArray();
            damaged[at] ^= 0x80;
            Assert.Throws<InvalidDataException>(() => extractor.Load(new BinaryReader(new MemoryStream(damaged))));
        }

        var others = new LogMelExtractor(new LogMelTables(Options with { HopSamples = 100 }));
        Assert.Throws<InvalidDataException>(() => others.Load(new BinaryReader(new MemoryStream(state))));

        frames.AddRange(Take(extractor, samples.AsSpan(300)));
        frames.AddRange(Tail(extractor));
        Assert.Equal(Whole(Tables, samples), frames);
    }

    [Fact]
    public void A_stream_begins_anew_after_a_reset()
    {
        var extractor = new LogMelExtractor(Tables);
        Take(extractor, Clip.Noise(1234));
        extractor.Reset();
        Assert.Equal((0, 0), (extractor.SamplesConsumed, extractor.FramesProduced));
        var samples = Clip.Noise(999);
        Assert.Equal(Whole(Tables, samples), Split(extractor, samples, []));
    }

    [Fact]
    public void What_is_not_a_number_stays_within_the_windows_that_hold_it()
    {
        var samples = Clip.Noise(8000);
        var clean = Whole(Tables, samples);
        samples[4000] = float.NaN;
        var frames = Whole(Tables, samples);
        for (var t = 0; t < 50; t++)
        {
            // the sample and, through pre-emphasis, the next one; the window's outermost weights are zero, and zero times NaN is NaN
            var holds = (t * 160) - 200 <= 4001 && 4000 < (t * 160) + 200;
            if (holds)
                Assert.Contains(frames.AsSpan(t * Bins, Bins).ToArray(), float.IsNaN);
            else
                Assert.Equal(clean.AsSpan(t * Bins, Bins), frames.AsSpan(t * Bins, Bins));
        }
    }

    [Fact]
    public void Full_scale_and_far_beyond_is_finite()
    {
        var samples = Clip.Noise(4000);
        for (var i = 0; i < samples.Length; i++)
            samples[i] = samples[i] > 0 ? 32768 : -32768;
        Assert.All(Whole(Tables, samples), x => Assert.InRange(x, -17, 60));
    }

    [Fact]
    public void Nothing_is_taken_when_the_frames_do_not_fit()
    {
        var extractor = new LogMelExtractor(Tables);
        var samples = Clip.Noise(400);
        Assert.Throws<ArgumentException>("frames", () => extractor.Process(samples, new float[(2 * Bins) - 1]));
        Assert.Equal(0, extractor.SamplesConsumed);
        Assert.Equal(2, extractor.Process(samples, new float[2 * Bins]));
    }

    [Fact]
    public void A_running_stream_allocates_nothing()
    {
        var extractor = new LogMelExtractor(Tables);
        var (samples, frames) = (Clip.Noise(10240), new float[70 * Bins]);
        Run(extractor, samples, frames);

        Assert.Equal(0, Allocations.OfThread(() => Run(extractor, samples, frames)));

        static void Run(LogMelExtractor extractor, float[] samples, float[] frames)
        {
            extractor.Process(samples, frames);
            for (var at = 0; at < samples.Length; at += 320)
                extractor.Process(samples.AsSpan(at, 320), frames);
            extractor.PeekTail(frames);
        }
    }

    [Fact]
    public void A_further_stream_costs_less_than_4_KB()
    {
        var streams = new LogMelExtractor[100];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < streams.Length; i++)
            streams[i] = new LogMelExtractor(Tables);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / streams.Length, 1, 4095);
    }

    [Fact]
    public void Options_that_cannot_be_met_are_refused()
    {
        LogMelOptions[] wrong =
        [
            Options with { SampleRate = 0 }, Options with { Bins = 0 }, Options with { HopSamples = 0 }, Options with { HopSamples = 401 },
            Options with { WindowSamples = 1 }, Options with { WindowSamples = 513 }, Options with { FftSamples = 441 },
            Options with { LowHz = -1 }, Options with { LowHz = 8000 }, Options with { HighHz = 8001 }, Options with { LogGuard = 0 },
            Options with { LogGuard = float.NaN },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() => new LogMelTables(options)));
        Assert.Throws<NotSupportedException>(() => new LogMelTables(Options with { Normalisation = FeatureNormalisation.PerFeature }));
    }

    private static float[] Whole(LogMelTables tables, ReadOnlySpan<float> samples)
    {
        var extractor = new LogMelExtractor(tables);
        return [.. Take(extractor, samples), .. Tail(extractor)];
    }

    /// <summary>Pieces in turn, the rest at once, then the tail.</summary>
    private static float[] Split(LogMelExtractor extractor, ReadOnlySpan<float> samples, IEnumerable<int> pieces)
    {
        var frames = new List<float>();
        foreach (var piece in pieces)
        {
            var count = Math.Min(piece, samples.Length);
            frames.AddRange(Take(extractor, samples[..count]));
            samples = samples[count..];
        }

        return [.. frames, .. Take(extractor, samples), .. Tail(extractor)];
    }

    private static float[] Take(LogMelExtractor extractor, ReadOnlySpan<float> samples)
    {
        var frames = new float[extractor.FramesAfter(samples.Length) * extractor.Options.Bins];
        extractor.Process(samples, frames);
        return frames;
    }

    private static float[] Tail(LogMelExtractor extractor)
    {
        var frames = new float[extractor.TailFrames * extractor.Options.Bins];
        extractor.PeekTail(frames);
        return frames;
    }

    private static byte[] Saved(LogMelExtractor extractor)
    {
        var stream = new MemoryStream();
        extractor.Save(new BinaryWriter(stream));
        return stream.ToArray();
    }
}
