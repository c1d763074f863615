using System.Buffers.Binary;
using System.Text;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// The header of a WAV stream, up to the first byte of its samples: RIFF (Microsoft and IBM, "Multimedia Programming Interface and Data
/// Specifications 1.0", 1991), WAVE_FORMAT_EXTENSIBLE, and RF64 / BW64 with 64-bit sizes in a ds64 chunk (EBU Tech 3306, ITU-R BS.2088).
/// Chunks other than fmt, ds64 and data are skipped.
/// </summary>
/// <param name="SampleRate">Samples a second, as the header says.</param>
/// <param name="Channels">Channels, as the header says.</param>
/// <param name="Format">How samples are written; null when the codec is none of ours.</param>
/// <param name="Codec">The codec in words.</param>
/// <param name="DataBytes">Bytes of samples, or null when the header does not know and they go on to the stream's end.</param>
internal sealed record WaveHeader(int SampleRate, int Channels, SampleFormat? Format, string Codec, long? DataBytes)
{
    private const int CodecPcm = 1;
    private const int CodecFloat = 3;
    private const int CodecALaw = 6;
    private const int CodecMuLaw = 7;
    private const int CodecExtensible = 0xFFFE;

    // what a sub-format's GUID has behind its codec, when it stands for one
    private static ReadOnlySpan<byte> SubFormatTail => [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>Whether a file that starts with these 12 bytes is WAV.</summary>
    public static bool IsWave(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && start[8..12].SequenceEqual("WAVE"u8)
        && (start[..4].SequenceEqual("RIFF"u8) || start[..4].SequenceEqual("RF64"u8) || start[..4].SequenceEqual("BW64"u8));

    /// <summary>Reads the header and leaves the stream at the first sample.</summary>
    /// <exception cref="AudioFormatException">This is no WAV, or its header is damaged.</exception>
    public static async ValueTask<WaveHeader> ReadAsync(Stream stream, string name, string? file, CancellationToken cancellationToken)
    {
        var reader = new ChunkReader(stream, cancellationToken);
        var start = new byte[12];
        var got = await reader.ReadAsync(start).ConfigureAwait(false);
        if (!IsWave(start.AsSpan(0, got))) throw new AudioFormatException(NotWave(name, start.AsSpan(0, got)), file);

        long riffBytes = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4));
        long? longDataBytes = null;
        WaveHeader? header = null;
        while (await reader.ReadChunkAsync().ConfigureAwait(false) is { } chunk)
        {
            if (chunk.Id == "data")
            {
                if (header is null) throw Bad("the data chunk comes before the fmt chunk, which says what it means; convert the file with ffmpeg");
                return header with { DataBytes = LengthOfData(chunk.Bytes, longDataBytes, riffBytes, reader.Position, stream) };
            }

            var wanted = chunk.Id switch { "fmt " => 40, "ds64" => 16, _ => 0 };
            var body = new byte[Math.Min(wanted, chunk.Bytes)];
            if (await reader.ReadAsync(body).ConfigureAwait(false) < body.Length) break;
            if (chunk.Id == "fmt ") header = Parse(body, name, file);
            if (chunk.Id == "ds64" && body.Length == 16)
            {
                riffBytes = BinaryPrimitives.ReadInt64LittleEndian(body);
                longDataBytes = BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(8));
            }

            // chunks begin at even positions
            await reader.SkipAsync(chunk.Bytes - body.Length + (chunk.Bytes & 1)).ConfigureAwait(false);
        }

        throw Bad($"the file ends after {reader.Position} bytes without a data chunk; it was cut off inside its header, or holds no audio");

        AudioFormatException Bad(string what) => new($"{name}: {what}.", file);
    }

    private static WaveHeader Parse(ReadOnlySpan<byte> format, string name, string? file)
    {
        if (format.Length < 16) throw Bad($"has {format.Length} bytes and needs 16 or more; the header is damaged");
        int codec = BinaryPrimitives.ReadUInt16LittleEndian(format);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        var sampleRate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int frameBytes = BinaryPrimitives.ReadUInt16LittleEndian(format[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (sampleRate is < AudioFormat.MinSampleRate or > AudioFormat.MaxSampleRate)
            throw Bad($"says sample rate {sampleRate}, which must be {AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate}; convert with ffmpeg -ar 16000");
        if (channels is < 1 or > AudioFormat.MaxChannels)
            throw Bad($"says {channels} channels, which must be 1 to {AudioFormat.MaxChannels}; convert with ffmpeg -ac 1");

        var description = $"codec {codec} with {bits} bits";
        if (codec == CodecExtensible)
        {
            if (format.Length < 40) throw Bad($"is extensible, has {format.Length} bytes and needs 40; the header is damaged");
            var standard = format[26..40].SequenceEqual(SubFormatTail);
            codec = standard ? BinaryPrimitives.ReadUInt16LittleEndian(format[24..]) : 0;
            description = standard ? $"codec {codec} with {bits} bits" : $"sub-format {new Guid(format[24..40])}";
        }

        // samples of 12 or 20 bits stand at the top of whole bytes, so the bytes alone decide
        SampleFormat? sampleFormat = (codec, (bits + 7) / 8) switch
        {
            (CodecPcm, 1) => SampleFormat.Pcm8,
            (CodecPcm, 2) => SampleFormat.Pcm16,
            (CodecPcm, 3) => SampleFormat.Pcm24,
            (CodecPcm, 4) => SampleFormat.Pcm32,
            (CodecFloat, 4) => SampleFormat.Float32,
            (CodecFloat, 8) => SampleFormat.Float64,
            (CodecALaw, 1) => SampleFormat.ALaw,
            (CodecMuLaw, 1) => SampleFormat.MuLaw,
            _ => null,
        };
        var expected = sampleFormat is { } known ? SampleConversion.BytesPerSample(known) * channels : frameBytes;
        if (frameBytes != expected)
            throw Bad($"says block align {frameBytes}, which must be {expected} for {channels} channel(s) of {bits} bits; the header is damaged");
        return new WaveHeader((int)sampleRate, channels, sampleFormat, description, null);

        AudioFormatException Bad(string what) => new($"{name}: the fmt chunk {what}.", file);
    }

    // Programs that write to a pipe cannot come back to fill in the sizes. They leave 0 or 0xFFFFFFFF, and sox and arecord about 2^31.
    private static long? LengthOfData(uint bytes, long? longBytes, long riffBytes, long position, Stream stream)
    {
        if (bytes == uint.MaxValue) return longBytes > 0 ? longBytes : null;
        // a size of 0 is meant where the RIFF chunk's own size shows that other chunks follow
        if (bytes == 0) return !IsPlaceholder(riffBytes) && riffBytes + 8 > position ? 0 : null;
        if (IsPlaceholder(bytes) && !(stream.CanSeek && stream.Length - stream.Position >= bytes)) return null;
        return bytes;
    }

    private static bool IsPlaceholder(long bytes) => bytes is <= 0 or uint.MaxValue or (>= 0x7FFFEE00 and <= 0x80000100);

    private static string NotWave(string name, ReadOnlySpan<byte> start)
    {
        if (start.Length < 12) return $"{name}: no WAV file: it has {start.Length} bytes, fewer than a header.";
        var found = new string(Encoding.Latin1.GetString(start[..4]).Select(c => c is >= ' ' and <= '~' ? c : '.').ToArray());
        var fix = found == "RIFX" ? "it is big-endian" : "other formats are read by AudioSource.FromFile";
        return $"{name}: no WAV file: it starts with \"{found}\", not RIFF, RF64 or BW64 with WAVE; {fix}, or convert it with ffmpeg.";
    }

    private sealed class ChunkReader(Stream stream, CancellationToken cancellationToken)
    {
        private readonly byte[] _scratch = new byte[4096];

        public long Position { get; private set; }

        public async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            Position += read;
            return read;
        }

        public async ValueTask<(string Id, uint Bytes)?> ReadChunkAsync()
        {
            if (await ReadAsync(_scratch.AsMemory(0, 8)).ConfigureAwait(false) < 8) return null;
            return (Encoding.Latin1.GetString(_scratch, 0, 4), BinaryPrimitives.ReadUInt32LittleEndian(_scratch.AsSpan(4)));
        }

        // by reading, also where seeking would do: it stops at the end of the file
        public async ValueTask SkipAsync(long bytes)
        {
            while (bytes > 0)
            {
                var read = await ReadAsync(_scratch.AsMemory(0, (int)Math.Min(bytes, _scratch.Length))).ConfigureAwait(false);
                if (read == 0) return;
                bytes -= read;
            }
        }
    }
}
