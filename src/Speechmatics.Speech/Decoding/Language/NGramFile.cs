using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// The compact file of an n-gram model, little-endian. Header: "SNGM", version (2 bytes), order (1), code bits (1), token count (4), blank id (4), SHA-256 of the
/// vocabulary (32), payload length (4), SHA-256 of the payload (32); then the payload, compressed with Brotli. The payload has for each length of n-gram: their count, a code book
/// of log-probabilities and one of back-off weights, the numbers of children, the tokens as gaps between siblings, a byte code of each log-probability, and one of each parent's back-off weight.
/// </summary>
internal static class NGramFile
{
    private const ushort Version = 1;
    private const int HeaderBytes = 84;

    private static ReadOnlySpan<byte> Magic => "SNGM"u8;

    /// <summary>Writes the model with log-probabilities and back-off weights rounded to one of 2^<paramref name="codeBits"/> values for each length.</summary>
    public static void Write(Stream stream, NGramTrie trie, byte[] vocabularyHash, int codeBits)
    {
        var payload = new MemoryStream();
        for (var n = 0; n < trie.Order; n++) WriteLevel(payload, trie, n, codeBits);
        var bytes = payload.ToArray();

        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        header[6] = (byte)trie.Order;
        header[7] = (byte)codeBits;
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], trie.TokenCount);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], trie.BlankId);
        vocabularyHash.CopyTo(header[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], bytes.Length);
        SHA256.HashData(bytes, header[52..]);
        stream.Write(header);
        using var brotli = new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        brotli.Write(bytes);
    }

    /// <summary>Reads a model and checks that it is whole; <paramref name="file"/> names it in messages.</summary>
    /// <exception cref="SpeechModelException">The file is not such a model, of another version, truncated or changed.</exception>
    public static NGramTrie Read(Stream stream, string file, out byte[] vocabularyHash)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..4].SequenceEqual(Magic))
            throw Bad("is not a compiled n-gram model; compile one from an ARPA file with 'speech lm compile'");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != Version) throw Bad($"has format version {version}, this library reads version {Version}; compile it again");
        vocabularyHash = header[16..48].ToArray();
        var (order, codeBits) = (header[6], header[7]);
        var tokenCount = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var blankId = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[48..]);
        if (order is < 1 or > 8 || codeBits is < 2 or > 8 || tokenCount is < 1 or > 65533 || blankId < -1 || blankId >= tokenCount || length is < 1 or > 1 << 30)
            throw Bad("has a damaged header; fetch or compile it again");

        var payload = new byte[length];
        try
        {
            using var brotli = new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true);
            if (brotli.ReadAtLeast(payload, length, throwOnEndOfStream: false) < length) throw Bad("is truncated; fetch or compile it again");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw Bad("is damaged (its compressed data cannot be read); fetch or compile it again", e);
        }

        if (!SHA256.HashData(payload).AsSpan().SequenceEqual(header[52..84])) throw Bad("is damaged (its checksum does not fit); fetch or compile it again");
        var reader = new Reader(payload);
        var levels = new NGramTrie.Level[order];
        int[] siblings = [];
        for (var n = 0; n < order; n++)
        {
            levels[n] = ReadLevel(ref reader, siblings, n + 1 == order, codeBits);
            siblings = levels[n].FirstChildren;
        }

        return new NGramTrie(tokenCount, blankId, levels);

        SpeechModelException Bad(string what, Exception? inner = null) => new($"The language model '{file}' {what}.", file, inner);
    }

    /// <summary>What ties a language model to the tokens that it was built with.</summary>
    public static byte[] Hash(IEnumerable<string> pieces) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', pieces)));

    private static void WriteLevel(MemoryStream output, NGramTrie trie, int n, int codeBits)
    {
        var level = trie.Levels[n];
        var last = n + 1 == trie.Order;
        WriteInt(output, level.Count);
        var probabilities = CodeBook.Build(level.LogProbabilities, codeBits);
        var parents = Enumerable.Range(0, last ? 0 : level.Count).Where(i => level.FirstChildren[i + 1] > level.FirstChildren[i]).ToArray();
        var weights = parents.Select(i => level.Backoffs[i]).ToArray();
        var backoffs = CodeBook.Build(weights, codeBits);
        probabilities.Write(output);
        backoffs.Write(output);

        if (!last)
        {
            for (var i = 0; i < level.Count; i++) WriteVariable(output, level.FirstChildren[i + 1] - level.FirstChildren[i]);
        }

        var siblings = n == 0 ? [0, level.Count] : trie.Levels[n - 1].FirstChildren;
        for (var parent = 0; parent + 1 < siblings.Length; parent++)
        {
            var previous = -1;
            for (var i = siblings[parent]; i < siblings[parent + 1]; i++)
            {
                WriteVariable(output, level.Tokens[i] - previous - 1);
                previous = level.Tokens[i];
            }
        }

        foreach (var value in level.LogProbabilities)
        {
            // single tokens are few and everything rests on them: exact
            if (n == 0) WriteFloat(output, value);
            else output.WriteByte(probabilities.Encode(value));
        }

        foreach (var value in weights) output.WriteByte(backoffs.Encode(value));
    }

    private static NGramTrie.Level ReadLevel(ref Reader reader, int[] siblings, bool last, int codeBits)
    {
        var count = reader.Int();
        var tokens = new ushort[count];
        var logs = new float[count];
        var backoffs = new float[count];
        var firstChildren = new int[count + 1];
        var probabilityBook = reader.Floats(1 << codeBits);
        var backoffBook = reader.Floats(1 << codeBits);
        if (!last)
        {
            for (var i = 0; i < count; i++) firstChildren[i + 1] = firstChildren[i] + reader.Variable();
        }

        var first = siblings.Length == 0;
        if (first) siblings = [0, count];
        for (var parent = 0; parent + 1 < siblings.Length; parent++)
        {
            var previous = -1;
            for (var i = siblings[parent]; i < siblings[parent + 1]; i++)
            {
                previous += reader.Variable() + 1;
                tokens[i] = (ushort)previous;
            }
        }

        for (var i = 0; i < count; i++) logs[i] = first ? reader.Float() : probabilityBook[reader.Byte()];
        if (!last)
        {
            for (var i = 0; i < count; i++)
                if (firstChildren[i + 1] > firstChildren[i]) backoffs[i] = backoffBook[reader.Byte()];
        }

        return new NGramTrie.Level(tokens, logs, backoffs, firstChildren);
    }

    private static void WriteInt(Stream output, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        output.Write(bytes);
    }

    private static void WriteFloat(Stream output, float value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        output.Write(bytes);
    }

    private static void WriteVariable(Stream output, int value)
    {
        for (; value >= 0x80; value >>= 7) output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }

    /// <summary>Values rounded to the means of equally filled ranges.</summary>
    private sealed class CodeBook
    {
        private readonly float[] _values;

        private CodeBook(float[] values) => _values = values;

        public static CodeBook Build(float[] values, int bits)
        {
            var codes = 1 << bits;
            var sorted = (float[])values.Clone();
            Array.Sort(sorted);
            var book = new float[codes];
            for (var code = 0; code < codes; code++)
            {
                var from = (int)((long)sorted.Length * code / codes);
                var to = Math.Max(from + 1, (int)((long)sorted.Length * (code + 1) / codes));
                double sum = 0;
                for (var i = from; i < to && i < sorted.Length; i++) sum += sorted[i];
                book[code] = sorted.Length == 0 ? 0 : (float)(sum / (to - from));
            }

            return new CodeBook(book);
        }

        public byte Encode(float value)
        {
            var index = Array.BinarySearch(_values, value);
            if (index >= 0) return (byte)index;
            index = ~index;
            if (index == _values.Length) return (byte)(index - 1);
            return (byte)(index > 0 && value - _values[index - 1] < _values[index] - value ? index - 1 : index);
        }

        public void Write(Stream output)
        {
            foreach (var value in _values) WriteFloat(output, value);
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _data = data;

        public byte Byte()
        {
            var value = _data[0];
            _data = _data[1..];
            return value;
        }

        public int Int()
        {
            var value = BinaryPrimitives.ReadInt32LittleEndian(_data);
            _data = _data[4..];
            return value;
        }

        public int Variable()
        {
            var (value, shift) = (0, 0);
            while (true)
            {
                var next = Byte();
                value |= (next & 0x7f) << shift;
                if (next < 0x80) return value;
                shift += 7;
            }
        }

        public float Float()
        {
            var value = BinaryPrimitives.ReadSingleLittleEndian(_data);
            _data = _data[4..];
            return value;
        }

        public float[] Floats(int count)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = Float();
            return values;
        }
    }
}
