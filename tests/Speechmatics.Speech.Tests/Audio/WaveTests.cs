using System.Runtime.InteropServices;
using CsCheck;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Tests.Audio;

public class WaveTests
{
    private static readonly byte[] Format16 = WaveBytes.Format(1, 1, Clip.SampleRate, 16);
    private static readonly byte[] Speech = MemoryMarshal.AsBytes<short>(Clip.Pcm16()).ToArray();

    [Fact]
    public async Task Every_sample_recording_is_read_as_it_was_written()
    {
        foreach (var path in Directory.GetFiles(Repository.SampleAudio, "*.wav"))
        {
            var expected = Clip.Floats(Path.GetFileNameWithoutExtension(path));
            await using var reader = await AudioSource.FromWaveFile(path).OpenAsync();
            Assert.Equal(16000, reader.SampleRate);
            Assert.Equal(expected.Length / 16000.0, reader.Duration!.Value.TotalSeconds, 1e-6);
            Assert.Equal(expected, await Clip.ReadAllAsync(reader));
            Assert.Null(reader.Notice);
        }
    }

    [Fact]
    public async Task Any_reads_from_any_pieces_give_the_same_samples()
    {
        var stereo = new WaveBytes().Chunk("fmt ", WaveBytes.Format(1, 2, 8000, 24)).Chunk("data", Speech[..6000]).File();
        var expected = await Clip.ReadAllAsync(AudioSource.FromWaveStream(new MemoryStream(stereo)));
        Assert.Equal(1000, expected.Length);
        await Gen.Select(Gen.Int[1, 50].Array[1, 9], Gen.Int[1, 300]).SampleAsync(
            async (pieces, samples) =>
                (await Clip.ReadAllAsync(AudioSource.FromWaveStream(new PipeLikeStream(stereo, pieces)), samples)).SequenceEqual(expected),
            iter: 50);
    }

    // what ffmpeg writes for each codec, against what ffmpeg reads from it again
    [Theory]
    [InlineData("pcm_u8", 1)]
    [InlineData("pcm_s16le", 1)]
    [InlineData("pcm_s24le", 1)]
    [InlineData("pcm_s32le", 2)]
    [InlineData("pcm_f32le", 1)]
    [InlineData("pcm_f64le", 3)]
    [InlineData("pcm_mulaw", 1)]
    [InlineData("pcm_alaw", 2)]
    [InlineData("pcm_s24le", 6)]
    [InlineData("pcm_s16le", 1, "-rf64", "always")]
    [InlineData("pcm_s16le", 2, "-write_bext", "1", "-metadata", "description=odd")]
    public async Task Files_of_every_codec_are_read_as_ffmpeg_reads_them(string codec, int channels, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var wave = folder.File("a.wav");
        // the channels differ, so that a wrong one is noticed
        var pan = $"pan={channels}c" + string.Concat(Enumerable.Range(0, channels).Select(c => $"|c{c}={1.0 / (c + 1)}*c0"));
        Ffmpeg.Run(["-i", Clip.Path(), "-af", pan, "-c:a", codec, .. options, wave]);
        Ffmpeg.Run("-i", wave, "-f", "f64le", folder.File("a.raw"));
        var interleaved = MemoryMarshal.Cast<byte, double>(await File.ReadAllBytesAsync(folder.File("a.raw"))).ToArray();

        await using (var reader = await AudioSource.FromWaveFile(wave).OpenAsync())
        {
            Assert.Equal(interleaved.Length / channels / 16000.0, reader.Duration!.Value.TotalSeconds, 1e-6);
            var mix = await Clip.ReadAllAsync(reader);
            Assert.Null(reader.Notice);
            Assert.Equal(interleaved.Length / channels, mix.Length);
            for (var i = 0; i < mix.Length; i++) Assert.Equal(interleaved.AsSpan(i * channels, channels).ToArray().Average(), mix[i], 1e-6);
        }

        var last = await Clip.ReadAllAsync(AudioSource.FromWaveFile(wave, ChannelSelection.Only(channels - 1)));
        for (var i = 0; i < last.Length; i++) Assert.Equal(interleaved[(i * channels) + channels - 1], last[i], 1e-7);
    }

    [Fact]
    public async Task Unknown_and_odd_chunks_are_skipped()
    {
        var file = new WaveBytes().Chunk("JUNK", new byte[5001]).Chunk("fmt ", [.. Format16, 0, 0]).Chunk("odd ", [1]).Chunk("LIST", new byte[7])
            .Chunk("data", Speech).Chunk("LIST", new byte[100]).File();
        foreach (var stream in new Stream[] { new MemoryStream(file), new PipeLikeStream(file, 3, 1000) })
        {
            await using var reader = await AudioSource.FromWaveStream(stream).OpenAsync();
            Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(reader));
            Assert.Null(reader.Notice);
        }
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 36u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(0x7FFFF000u, 0x7FFFF024u)] // sox
    [InlineData(0x80000000u, 0x80000024u)] // arecord
    public async Task A_pipe_that_does_not_know_its_length_is_read_to_its_end(uint dataBytes, uint riffBytes)
    {
        var file = new WaveBytes().Chunk("fmt ", Format16).Chunk("data", Speech, dataBytes).File(size: riffBytes);
        await using var reader = await AudioSource.FromWaveStream(new PipeLikeStream(file, 1000)).OpenAsync();
        Assert.Null(reader.Duration);
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(reader));
        Assert.Null(reader.Notice);

        // saved to a file it has a length
        await using var saved = await AudioSource.FromWaveStream(new MemoryStream(file)).OpenAsync();
        Assert.Equal(Speech.Length / 32000.0, saved.Duration!.Value.TotalSeconds, 1e-6);
    }

    [Fact]
    public async Task No_samples_followed_by_other_chunks_are_no_samples()
    {
        var file = new WaveBytes().Chunk("fmt ", Format16).Chunk("data", []).Chunk("LIST", new byte[100]).File();
        await using var reader = await AudioSource.FromWaveStream(new PipeLikeStream(file)).OpenAsync();
        Assert.Equal(TimeSpan.Zero, reader.Duration);
        Assert.Empty(await Clip.ReadAllAsync(reader));
        Assert.Null(reader.Notice);
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public async Task Sixty_four_bit_sizes_come_from_ds64(string riff)
    {
        var sizes = WaveBytes.Body(writer =>
        {
            writer.Write(72 + (long)Speech.Length);
            writer.Write((long)Speech.Length);
            writer.Write(Speech.Length / 2L);
            writer.Write(0);
        });
        var file = new WaveBytes().Chunk("ds64", sizes).Chunk("fmt ", Format16).Chunk("data", Speech, uint.MaxValue)
            .Chunk("LIST", new byte[64]).File(riff, uint.MaxValue);
        await using var reader = await AudioSource.FromWaveStream(new PipeLikeStream(file)).OpenAsync();
        Assert.Equal(Speech.Length / 32000.0, reader.Duration!.Value.TotalSeconds, 1e-6);
        Assert.Equal(Clip.Floats(), await Clip.ReadAllAsync(reader));
    }

    [Fact]
    public async Task A_data_chunk_of_more_than_4_GB_has_its_full_duration()
    {
        var sizes = WaveBytes.Body(writer =>
        {
            writer.Write((long)1 << 40);
            writer.Write(16000L * 2 * 3600 * 1000);
            writer.Write(new byte[12]);
        });
        var file = new WaveBytes().Chunk("ds64", sizes).Chunk("fmt ", Format16).Chunk("data", Speech, uint.MaxValue).File("RF64", uint.MaxValue);
        await using var reader = await AudioSource.FromWaveStream(new PipeLikeStream(file)).OpenAsync();
        Assert.Equal(TimeSpan.FromHours(1000), reader.Duration);
    }

    [Theory]
    [InlineData("00000001-0000-0010-8000-00aa00389b71", 16, SampleFormat.Pcm16)]
    [InlineData("00000003-0000-0010-8000-00aa00389b71", 32, SampleFormat.Float32)]
    [InlineData("00000007-0000-0010-8000-00aa00389b71", 8, SampleFormat.MuLaw)]
    [InlineData("00000001-0000-0010-8000-00aa00389b71", 20, SampleFormat.Pcm24)]
    internal async Task Extensible_headers_name_their_codec_in_a_sub_format(string guid, int bits, SampleFormat format)
    {
        var data = Speech[..2400];
        var file = new WaveBytes().Chunk("fmt ", WaveBytes.Extensible(Guid.Parse(guid), 1, 16000, bits)).Chunk("data", data).File();
        var expected = new float[data.Length / SampleConversion.BytesPerSample(format)];
        SampleConversion.ToFloat(data, format, expected);
        Assert.Equal(expected, await Clip.ReadAllAsync(AudioSource.FromWaveStream(new MemoryStream(file))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_truncated_file_is_read_to_its_end_with_a_notice(bool seekable)
    {
        var file = new WaveBytes().Chunk("fmt ", Format16).Chunk("data", Speech).File()[..(44 + 32001)];
        await using var reader = await AudioSource.FromWaveStream(seekable ? new MemoryStream(file) : new PipeLikeStream(file)).OpenAsync();
        Assert.Equal(seekable ? 1 : Speech.Length / 32000.0, reader.Duration!.Value.TotalSeconds, 1e-6);
        Assert.Equal(Clip.Floats()[..16000], await Clip.ReadAllAsync(reader));
        Assert.Contains("ends at 00:00:01", reader.Notice, StringComparison.Ordinal);
        Assert.Contains($"{Speech.Length - 32001} bytes early", reader.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_is_not_whole_is_left_out_with_a_notice()
    {
        var file = new WaveBytes().Chunk("fmt ", WaveBytes.Format(1, 2, 16000, 16)).Chunk("data", Speech[..4003]).File();
        await using var reader = await AudioSource.FromWaveStream(new MemoryStream(file), ChannelSelection.Only(0)).OpenAsync();
        Assert.Equal(1000, (await Clip.ReadAllAsync(reader)).Length);
        Assert.Contains("last 3 of 4003 bytes", reader.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_hours_from_a_pipe_take_no_more_memory_than_a_second()
    {
        const long Samples = 10L * 3600 * 16000;
        var header = new WaveBytes().Chunk("fmt ", Format16).Chunk("data", [], uint.MaxValue).File(size: uint.MaxValue);
        await using var reader = await AudioSource.FromWaveStream(new PipeLikeStream(new RepeatingStream(header, Speech, Samples * 2))).OpenAsync();
        var piece = new float[16000];
        var expected = Clip.Floats();
        long total = 0;
        long reads = 0;
        long allocatedBefore = 0;
        while (true)
        {
            // every read completes at once, so all allocation is this thread's
            var read = reader.ReadAsync(piece);
            Assert.True(read.IsCompletedSuccessfully);
            var count = await read;
            if (count == 0) break;
            if (total == 0) allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            if (piece[0] != expected[total % expected.Length]) Assert.Fail($"sample {total} is wrong");
            total += count;
            reads++;
        }

        Assert.Equal(Samples, total);
        // nothing when optimised; unoptimised builds allocate their state machines. A copy of what is read would be 16384 bytes a read.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / reads, 0, 256);
    }

    public static TheoryData<string, byte[], string> BadHeaders => new()
    {
        { "empty", [], "0 bytes" },
        { "short", "RIFF"u8.ToArray(), "4 bytes" },
        { "mp3", [.. "ID3\u0004"u8, .. new byte[40]], "starts with \"ID3.\"" },
        { "big-endian", new WaveBytes().Chunk("fmt ", Format16).File("RIFX"), "big-endian" },
        { "avi", [.. "RIFF"u8, 0, 0, 0, 0, .. "AVI LIST"u8], "no WAV file" },
        { "no data", new WaveBytes().Chunk("fmt ", Format16).File(), "without a data chunk" },
        { "cut inside the header", new WaveBytes().Chunk("fmt ", Format16).File()[..30], "without a data chunk" },
        { "no format", new WaveBytes().Chunk("data", new byte[10]).File(), "before the fmt chunk" },
        { "short format", new WaveBytes().Chunk("fmt ", Format16[..14]).Chunk("data", []).File(), "fmt chunk has 14 bytes" },
        { "rate", Header(WaveBytes.Format(1, 1, 2000, 16)), "fmt chunk says sample rate 2000" },
        { "no channels", Header(WaveBytes.Format(1, 0, 16000, 16)), "fmt chunk says 0 channels" },
        { "many channels", Header(WaveBytes.Format(1, 65, 16000, 16)), "fmt chunk says 65 channels" },
        { "adpcm", Header(WaveBytes.Format(2, 1, 16000, 4)), "codec 2 with 4 bits" },
        { "long pcm", Header(WaveBytes.Format(1, 1, 16000, 64)), "codec 1 with 64 bits" },
        { "align", Header(WaveBytes.Format(1, 2, 16000, 16, frameBytes: 2)), "fmt chunk says block align 2, which must be 4" },
        { "short extensible", Header(WaveBytes.Format(0xFFFE, 1, 16000, 16)), "fmt chunk is extensible, has 16 bytes and needs 40" },
        { "sub-format", Header(WaveBytes.Extensible(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 1, 16000, 16)), "sub-format 00000001-0002" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task A_bad_header_is_an_error_that_names_the_field(string what, byte[] file, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(what + ".wav");
        await File.WriteAllBytesAsync(path, file);
        var error = await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromWaveFile(path).OpenAsync());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);

        var stream = new PipeLikeStream(file, 5);
        error = await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromWaveStream(stream).OpenAsync());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Null(error.File);
        Assert.True(stream.Disposed);
    }

    [Fact]
    public async Task A_channel_that_is_not_there_is_an_error()
    {
        var error = await Assert.ThrowsAsync<AudioFormatException>(async () => await AudioSource.FromWaveFile(Clip.Path(), ChannelSelection.Only(1)).OpenAsync());
        Assert.Contains("channel 1 is asked for, and the fmt chunk says 1 channel(s)", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Header(byte[] format) => new WaveBytes().Chunk("fmt ", format).Chunk("data", new byte[64]).File();

    /// <summary>A header, then a recording over and over.</summary>
    private sealed class RepeatingStream(byte[] header, byte[] recording, long recordingBytes) : MemoryStream
    {
        private long _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var rest = _at < header.Length
                ? header.AsSpan((int)_at)
                : recording.AsSpan((int)((_at - header.Length) % recording.Length));
            var count = (int)Math.Min(Math.Min(rest.Length, buffer.Length), header.Length + recordingBytes - _at);
            rest[..count].CopyTo(buffer.Span);
            _at += count;
            return new(count);
        }
    }
}
