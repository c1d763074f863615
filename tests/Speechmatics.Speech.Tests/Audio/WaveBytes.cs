using System.Text;

namespace Speechmatics.Speech.Tests.Audio;

/// <summary>Writes WAV files byte by byte, wrong ones too.</summary>
internal sealed class WaveBytes
{
    private readonly MemoryStream _chunks = new();

    public static byte[] Body(Action<BinaryWriter> write)
    {
        var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream)) write(writer);
        return stream.ToArray();
    }

    public static byte[] Format(int codec, int channels, int sampleRate, int bits, int? frameBytes = null) => Body(writer =>
    {
        var align = frameBytes ?? channels * ((bits + 7) / 8);
        writer.Write((ushort)codec);
        writer.Write((ushort)channels);
        writer.Write(sampleRate);
        writer.Write(sampleRate * align);
        writer.Write((ushort)align);
        writer.Write((ushort)bits);
    });

    public static byte[] Extensible(Guid subFormat, int channels, int sampleRate, int bits) => Body(writer =>
    {
        writer.Write(Format(0xFFFE, channels, sampleRate, bits));
        writer.Write((ushort)22);
        writer.Write((ushort)bits);
        writer.Write(0);
        writer.Write(subFormat.ToByteArray());
    });

    /// <summary>Adds a chunk, padded to an even length; <paramref name="size"/> is what it says of itself.</summary>
    public WaveBytes Chunk(string id, byte[] body, uint? size = null)
    {
        _chunks.Write(Encoding.ASCII.GetBytes(id));
        _chunks.Write(BitConverter.GetBytes(size ?? (uint)body.Length));
        _chunks.Write(body);
        if (body.Length % 2 == 1) _chunks.WriteByte(0);
        return this;
    }

    public byte[] File(string riff = "RIFF", uint? size = null) => Body(writer =>
    {
        writer.Write(Encoding.ASCII.GetBytes(riff));
        writer.Write(size ?? (uint)_chunks.Length + 4);
        writer.Write("WAVE"u8);
        writer.Write(_chunks.ToArray());
    });
}
