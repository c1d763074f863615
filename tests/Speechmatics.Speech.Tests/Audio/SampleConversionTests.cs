using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

public class SampleConversionTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 70), 127, 128, 129, 2047, 2048];

    [Fact]
    public void Pcm16_is_divided_by_32768_at_every_length()
    {
        var all = Enumerable.Range(short.MinValue, 65536).Select(value => (short)value).ToArray();
        foreach (var length in Lengths.Append(65536))
        {
            var source = all.AsSpan(65536 - length);
            var floats = new float[length + 1];
            floats[length] = 7;
            SampleConversion.Pcm16ToFloat(source, floats);
            for (var i = 0; i < length; i++) Assert.Equal(source[i] / 32768.0, floats[i]);
            Assert.Equal(7, floats[length]);

            var scalar = new float[length];
            SampleConversion.Pcm16ToFloatScalar(source, scalar);
            Assert.Equal(scalar, floats[..length]);
        }
    }

    [Fact]
    public void Integers_reach_full_scale_and_zero()
    {
        Assert.Equal([-1, 0, 127f / 128], Convert([0x00, 0x80, 0xFF], SampleFormat.Pcm8));
        Assert.Equal([-1, 0, -1f / 8388608, 8388607f / 8388608], Convert([0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], SampleFormat.Pcm24));
        Assert.Equal([-1, 0, 0.5f], Convert([0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40], SampleFormat.Pcm32));
    }

    [Fact]
    public void Floats_pass_unchanged_also_when_they_are_no_numbers()
    {
        float[] values = [1.5f, -0f, float.NaN, float.PositiveInfinity, float.Epsilon];
        var read = Convert(MemoryMarshal.AsBytes<float>(values), SampleFormat.Float32);
        Assert.Equal(Array.ConvertAll(values, BitConverter.SingleToInt32Bits), Array.ConvertAll(read, BitConverter.SingleToInt32Bits));
        Assert.Equal([0.25f, float.NegativeInfinity], Convert(MemoryMarshal.AsBytes<double>([0.25, double.NegativeInfinity]), SampleFormat.Float64));
    }

    // values from the tables of ITU-T G.711, 14 (µ-law) and 13 bits (A-law) shifted to 16
    [Theory]
    [InlineData(0xFF, 0)]
    [InlineData(0x7F, 0)]
    [InlineData(0x80, 32124)]
    [InlineData(0x00, -32124)]
    [InlineData(0xFE, 8)]
    [InlineData(0xEF, 132)]
    [InlineData(0x8F, 16764)]
    public void Mu_law_decodes_as_the_recommendation_says(int code, int expected) =>
        Assert.Equal(expected / 32768f, Convert([(byte)code], SampleFormat.MuLaw)[0]);

    [Theory]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xAA, 32256)]
    [InlineData(0x2A, -32256)]
    [InlineData(0xC5, 264)]
    [InlineData(0xD4, 24)]
    public void A_law_decodes_as_the_recommendation_says(int code, int expected) =>
        Assert.Equal(expected / 32768f, Convert([(byte)code], SampleFormat.ALaw)[0]);

    [Theory]
    [InlineData(SampleFormat.MuLaw, "mulaw")]
    [InlineData(SampleFormat.ALaw, "alaw")]
    internal void G711_codes_decode_as_ffmpeg_decodes_them(SampleFormat format, string name)
    {
        var codes = Enumerable.Range(0, 256).Select(code => (byte)code).ToArray();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("codes.raw"), codes);
        Ffmpeg.Run("-f", name, "-ar", "8000", "-i", folder.File("codes.raw"), "-f", "s16le", folder.File("codes.pcm"));
        var expected = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(folder.File("codes.pcm"))).ToArray();
        Assert.Equal(256, expected.Length);
        Assert.Equal(Array.ConvertAll(expected, sample => sample / 32768f), Convert(codes, format));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_value_that_is_no_number_is_found_at_every_place(float bad)
    {
        foreach (var length in Lengths)
        {
            var samples = new float[length];
            for (var i = 0; i < length; i++) samples[i] = (i % 4) switch { 0 => float.MaxValue, 1 => float.MinValue, 2 => float.Epsilon, _ => -0f };
            Assert.Equal(-1, SampleConversion.IndexOfNonFinite(samples));
            for (var i = length - 1; i >= Math.Max(0, length - 70); i--)
            {
                // the later ones stay bad
                samples[i] = bad;
                Assert.Equal(i, SampleConversion.IndexOfNonFinite(samples));
                Assert.Equal(i, SampleConversion.IndexOfNonFiniteScalar(samples));
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Channels_are_averaged_or_picked(int channels)
    {
        var clip = Clip.Floats();
        var frames = clip.Length / channels;
        var mono = new float[frames];
        SampleConversion.ToMono(clip.AsSpan(0, frames * channels), channels, ChannelSelection.Mix, mono);
        for (var frame = 0; frame < frames; frame++)
            Assert.Equal(clip.AsSpan(frame * channels, channels).ToArray().Average(), mono[frame], 1e-6f);
        for (var channel = 0; channel < channels; channel++)
        {
            SampleConversion.ToMono(clip.AsSpan(0, frames * channels), channels, ChannelSelection.Only(channel), mono);
            for (var frame = 0; frame < frames; frame++) Assert.Equal(clip[(frame * channels) + channel], mono[frame]);
        }
    }

    [Fact]
    public void Half_a_sample_and_too_little_room_are_refused()
    {
        Assert.Throws<ArgumentException>("source", () => SampleConversion.ToFloat(new byte[3], AudioEncoding.Pcm16, new float[2]));
        Assert.Throws<ArgumentException>("destination", () => SampleConversion.ToFloat(new byte[4], AudioEncoding.Pcm16, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleConversion.BytesPerSample((AudioEncoding)9));
    }

    private static float[] Convert(ReadOnlySpan<byte> source, SampleFormat format)
    {
        var floats = new float[source.Length / SampleConversion.BytesPerSample(format)];
        SampleConversion.ToFloat(source, format, floats);
        return floats;
    }
}
