using System.Globalization;

namespace Speechmatics.Speech.Models;

/// <summary>Reads a vocabulary of byte sequences: on each line a token's bytes in base64, a space and its id; ids 0 to n-1, each once.</summary>
internal static class ByteTokenFile
{
    /// <exception cref="SpeechModelException">A line cannot be read, or ids are missing or double.</exception>
    public static IReadOnlyList<byte[]> Read(string path)
    {
        var tokens = new SortedDictionary<int, byte[]>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            var space = line.LastIndexOf(' ');
            var bytes = space < 0 ? null : Decode(line.AsSpan(0, space));
            if (bytes is null || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw new SpeechModelException($"{path}: line {number} is \"{line}\", but must be a token's bytes in base64, a space and its id. Copy the whole model folder again.", path);
            if (!tokens.TryAdd(id, bytes))
                throw new SpeechModelException($"{path}: line {number} gives the id {id} a second time. Copy the whole model folder again.", path);
        }

        if (tokens.Count == 0)
            throw new SpeechModelException($"{path} holds no tokens. Copy the whole model folder again.", path);
        var due = 0;
        foreach (var id in tokens.Keys)
        {
            if (id != due)
                throw new SpeechModelException($"{path} has {tokens.Count} tokens but none with the id {due}: it is truncated. Copy the whole model folder again.", path);
            due++;
        }

        return [.. tokens.Values];
    }

    private static byte[]? Decode(ReadOnlySpan<char> base64)
    {
        Span<byte> bytes = stackalloc byte[256];
        return Convert.TryFromBase64Chars(base64, bytes, out var written) ? bytes[..written].ToArray() : null;
    }
}
