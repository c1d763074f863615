using CsCheck;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

public class StreamingResamplerTests
{
    private const int To = 16000;

    // -80 dB
    private const double Tolerance = 1e-4;

    /// <summary>The usual rates, and some whose filters are interpolated.</summary>
    public static TheoryData<int> Rates =>
        [4000, 8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000, 4001, 11027, 15999, 16001, 44117, 191999];

    [Theory]
    [MemberData(nameof(Rates))]
    public void Any_cutting_of_the_input_gives_the_same_bits(int from)
    {
        var input = Clip.Floats("orders-004").AsSpan(20000, 6000).ToArray();
        var expected = Resample(from, To, input);
        Assert.Equal(((long)input.Length * To + from - 1) / from, expected.Length);
        Gen.Int[0, 6000].Array[0, 40].Sample(
            cuts =>
            {
                var resampler = new StreamingResampler(from, To);
                var output = new List<float>();
                var at = 0;
                foreach (var cut in cuts.Append(0).Append(input.Length).Order())
                {
                    Append(resampler, input.AsSpan(at, cut - at), output);
                    at = cut;
                }

                AppendFlush(resampler, output);
                return output.Select(BitConverter.SingleToInt32Bits).SequenceEqual(expected.Select(BitConverter.SingleToInt32Bits));
            },
            iter: 20);
    }

    [Theory]
    [InlineData(44100)]
    [InlineData(44117)]
    [InlineData(8000)]
    public void One_sample_at_a_time_gives_the_same_bits(int from)
    {
        var input = Clip.Floats("orders-004").AsSpan(20000, 3000).ToArray();
        var resampler = new StreamingResampler(from, To);
        var output = new List<float>();
        foreach (var sample in input) Append(resampler, [sample], output);
        AppendFlush(resampler, output);
        Assert.Equal(Resample(from, To, input), output.ToArray());
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Tones_up_to_97_per_cent_of_Nyquist_come_out_in_place_and_unchanged(int from)
    {
        // also shows that images and aliases of these tones are 80 dB down
        var nyquist = Math.Min(from, To) / 2.0;
        foreach (var part in new[] { 0.0, 0.013, 0.21, 0.5, 0.77, 0.9, 0.97 })
        {
            var frequency = part * nyquist;
            var output = Resample(from, To, Tone(frequency, from, seconds: 0.2));
            var worst = WorstError(output, k => Math.Cos((2 * Math.PI * frequency * k / To) + 0.3));
            Assert.True(worst < Tolerance, $"{frequency} Hz from {from} Hz is off by {20 * Math.Log10(worst):f1} dB");
        }
    }

    [Theory]
    [InlineData(22050)]
    [InlineData(24000)]
    [InlineData(32000)]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(88200)]
    [InlineData(96000)]
    [InlineData(192000)]
    [InlineData(44117)]
    [InlineData(191999)]
    [InlineData(16001)]
    public void Tones_that_the_lower_rate_cannot_hold_are_80_dB_down(int from)
    {
        for (var part = 1.03; part <= 1.0001 * from / To; part *= 1.07)
        {
            var frequency = Math.Min(part * To / 2, from / 2.0);
            var output = Resample(from, To, Tone(frequency, from, seconds: 0.2));
            var worst = WorstError(output, _ => 0);
            Assert.True(worst < Tolerance, $"{frequency} Hz from {from} Hz leaks {20 * Math.Log10(worst):f1} dB");
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void A_pulse_lands_at_its_time(int from)
    {
        // at a whole number of milliseconds that both rates have a sample for, or nearly so
        var input = new float[from / 5];
        var at = from / 10;

        // a bell, since a lone sample between two output samples has no place that its aliases do not shift
        var width = 3 * Math.Max(1, (double)from / To);
        for (var i = -(int)(6 * width); i <= 6 * width; i++) input[at + i] = (float)Math.Exp(-0.5 * i * i / (width * width));
        var output = Resample(from, To, input);
        var peak = Array.IndexOf(output, output.Max());
        Assert.Equal(Math.Round((double)at * To / from), peak, Math.Max(0.51, 0.51 * To / from));

        // the centre of the response's energy, finer than a sample
        var energy = output.Sum(sample => (double)sample * sample);
        var centre = output.Select((sample, k) => k * (double)sample * sample).Sum() / energy;
        Assert.Equal((double)at * To / from, centre, 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public void A_stream_shorter_than_the_filter_still_gives_its_samples(int length)
    {
        foreach (var from in new[] { 8000, 44100, 48000, 44117 })
        {
            var output = Resample(from, To, Enumerable.Repeat(0.5f, length).ToArray());
            Assert.Equal((length * To + from - 1) / from, output.Length);
            Assert.All(output, sample => Assert.True(float.IsFinite(sample)));
        }

        Assert.Empty(Resample(48000, To, []));
    }

    [Theory]
    [InlineData(44100)]
    [InlineData(48000)]
    [InlineData(32003)]
    public void Speech_taken_to_another_rate_and_back_is_the_same_speech(int rate)
    {
        // the first round takes away what lies next to Nyquist, where the filter falls; the second finds little more to take
        var speech = RoundTrip(Clip.Floats("librispeech-clean-004"));
        var again = RoundTrip(speech);
        Assert.True(SignalToNoise(speech, again) > 30, $"{SignalToNoise(speech, again):f1} dB");
        Assert.True(SignalToNoise(speech[1..], again) < 20, "the measure does not notice a shift by one sample");

        float[] RoundTrip(float[] samples) => Resample(rate, To, Resample(To, rate, samples));

        static double SignalToNoise(float[] signal, float[] other)
        {
            var error = signal.Zip(other, (a, b) => (double)(a - b) * (a - b)).Sum();
            return 10 * Math.Log10(signal.Sum(sample => (double)sample * sample) / error);
        }
    }

    [Fact]
    public void A_peek_at_the_tail_equals_the_flush_and_changes_nothing()
    {
        var input = Clip.Floats("orders-005").AsSpan(30000, 9000).ToArray();
        foreach (var from in new[] { 8000, 44100, 44117, 192000 })
        {
            var peeking = new StreamingResampler(from, To);
            var output = new List<float>();
            var tail = new float[peeking.MaxFlush];
            for (var at = 0; at < input.Length; at += 450)
            {
                Append(peeking, input.AsSpan(at, 450), output);
                var count = peeking.PeekFlush(tail);
                var known = Resample(from, To, input[..(at + 450)]);
                Assert.Equal(known, output.Concat(tail[..count]).ToArray());
            }

            AppendFlush(peeking, output);
            Assert.Equal(Resample(from, To, input), output.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void A_saved_stream_goes_on_with_the_same_bits(int from)
    {
        var input = Clip.Floats("orders-005").AsSpan(30000, 5000).ToArray();
        var expected = Resample(from, To, input);
        Gen.Int[0, input.Length].Sample(
            cut =>
            {
                var first = new StreamingResampler(from, To);
                var output = new List<float>();
                Append(first, input.AsSpan(0, cut), output);
                var bytes = Save(first);

                var second = new StreamingResampler(from, To);
                Append(second, input.AsSpan(0, 777), []);
                second.Load(new BinaryReader(new MemoryStream(bytes)));
                Append(second, input.AsSpan(cut), output);
                AppendFlush(second, output);
                return output.SequenceEqual(expected);
            },
            iter: 20);
    }

    [Fact]
    public void A_foreign_or_damaged_state_is_refused()
    {
        var saved = Save(new StreamingResampler(48000, To));
        var other = new StreamingResampler(44100, To);
        var error = Assert.Throws<InvalidDataException>(() => other.Load(new BinaryReader(new MemoryStream(saved))));
        Assert.Contains("48000", error.Message, StringComparison.Ordinal);

        var same = new StreamingResampler(48000, To);
        Assert.Throws<EndOfStreamException>(() => same.Load(new BinaryReader(new MemoryStream(saved[..^1]))));
        saved[8] = 0xFF;
        Assert.Throws<InvalidDataException>(() => same.Load(new BinaryReader(new MemoryStream(saved))));
    }

    [Fact]
    public void Reset_and_flush_both_start_a_new_stream()
    {
        var input = Clip.Floats("orders-005").AsSpan(30000, 3000).ToArray();
        var expected = Resample(44100, To, input);
        var resampler = new StreamingResampler(44100, To);
        for (var round = 0; round < 3; round++)
        {
            var output = new List<float>();
            Append(resampler, input, output);
            AppendFlush(resampler, output);
            Assert.Equal(expected, output.ToArray());
            Append(resampler, input.AsSpan(0, 500), []);
            resampler.Reset();
        }
    }

    [Fact]
    public void Equal_rates_pass_the_samples_through_at_once()
    {
        var input = Clip.Floats();
        var resampler = new StreamingResampler(16000, 16000);
        var output = new float[resampler.MaxOutput(input.Length)];
        Assert.Equal(input.Length, resampler.Process(input, output));
        Assert.Equal(input, output);
        Assert.Equal(0, resampler.Flush(output));
        resampler.Load(new BinaryReader(new MemoryStream(Save(resampler))));
    }

    [Fact]
    public void Too_little_room_takes_nothing()
    {
        var input = Clip.Floats("orders-005").AsSpan(30000, 3000).ToArray();
        var resampler = new StreamingResampler(48000, To);
        Assert.Throws<ArgumentException>(() => resampler.Process(input, new float[500]));
        var output = new List<float>();
        Append(resampler, input, output);
        Assert.Throws<ArgumentException>(() => resampler.Flush(new float[3]));
        AppendFlush(resampler, output);
        Assert.Equal(Resample(48000, To, input), output.ToArray());
    }

    [Fact]
    public void A_value_that_is_no_number_spoils_only_what_the_filter_sees_of_it()
    {
        var input = new float[9600];
        input[4800] = float.NaN;
        var output = Resample(48000, To, input);
        Assert.True(float.IsNaN(output[1600]));
        Assert.Equal(0, output[1400]);
        Assert.Equal(0, output[1800]);
    }

    [Fact]
    public void Processing_allocates_nothing()
    {
        var input = Clip.Floats();
        foreach (var from in new[] { 8000, 44100, 44117, 16000 })
        {
            var resampler = new StreamingResampler(from, To);
            var output = new float[resampler.MaxOutput(480) + resampler.MaxFlush];
            Run(resampler, output);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(resampler, output);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        void Run(StreamingResampler resampler, float[] output)
        {
            for (var at = 0; at + 480 <= input.Length; at += 480)
            {
                resampler.Process(input.AsSpan(at, 480), output);
                resampler.PeekFlush(output);
            }
        }
    }

    [Fact]
    public void Filters_stay_small_and_are_shared()
    {
        foreach (var from in Rates.Select(row => row.Data).Append(16003).Append(4003).Append(191987))
            Assert.InRange(ResamplerFilter.For(from, To).CoefficientCount, 1, 1 << 17);
        Assert.Same(ResamplerFilter.For(44100, To), ResamplerFilter.For(44100, To));
        var first = ResamplerFilter.For(5000, To);
        for (var rate = 5001; rate < 5017; rate++) ResamplerFilter.For(rate, To);
        Assert.NotSame(first, ResamplerFilter.For(5000, To));
    }

    [Theory]
    [InlineData(3999)]
    [InlineData(192001)]
    public void Rates_out_of_range_are_refused(int rate)
    {
        Assert.Throws<ArgumentOutOfRangeException>("fromRate", () => new StreamingResampler(rate, To));
        Assert.Throws<ArgumentOutOfRangeException>("toRate", () => new StreamingResampler(To, rate));
    }

    [Fact]
    public void The_vector_dot_product_equals_its_scalar_twin()
    {
        var a = Clip.Floats("orders-004").AsSpan(20000, 4096).ToArray();
        var b = Clip.Floats("orders-007").AsSpan(20000, 4096).ToArray();
        for (var length = 0; length <= 4064; length += DotProduct.Multiple)
        {
            // at odd addresses too
            var x = a.AsSpan(length % 31, length);
            var y = b.AsSpan(length % 7, length);
            var exact = 0.0;
            for (var i = 0; i < length; i++) exact += (double)x[i] * y[i];
            Assert.Equal(exact, DotProduct.Dot(x, y), 1e-5);
            Assert.Equal(exact, DotProduct.DotScalar(x, y), 1e-4);
        }

        Assert.Throws<ArgumentException>(() => DotProduct.Dot(a.AsSpan(0, 33), b.AsSpan(0, 33)));
    }

    private static float[] Tone(double frequency, int rate, double seconds)
    {
        var samples = new float[(int)(rate * seconds)];
        for (var i = 0; i < samples.Length; i++) samples[i] = (float)Math.Cos((2 * Math.PI * frequency * i / rate) + 0.3);
        return samples;
    }

    // away from both ends, where the tone starts and stops
    private static double WorstError(float[] output, Func<int, double> expected)
    {
        var edge = output.Length / 4;
        var worst = 0.0;
        for (var k = edge; k < output.Length - edge; k++) worst = Math.Max(worst, Math.Abs(output[k] - expected(k)));
        return worst;
    }

    private static float[] Resample(int from, int to, float[] input)
    {
        var resampler = new StreamingResampler(from, to);
        var output = new List<float>();
        Append(resampler, input, output);
        AppendFlush(resampler, output);
        return [.. output];
    }

    private static void Append(StreamingResampler resampler, ReadOnlySpan<float> input, List<float> output)
    {
        var buffer = new float[resampler.MaxOutput(input.Length)];
        output.AddRange(buffer.AsSpan(0, resampler.Process(input, buffer)));
    }

    private static void AppendFlush(StreamingResampler resampler, List<float> output)
    {
        var buffer = new float[resampler.MaxFlush];
        output.AddRange(buffer.AsSpan(0, resampler.Flush(buffer)));
    }

    private static byte[] Save(StreamingResampler resampler)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream)) resampler.Save(writer);
        return stream.ToArray();
    }
}
