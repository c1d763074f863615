using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Speechmatics.Speech.Models;

/// <summary>Reads the vocabulary file of a transducer package: UTF-8, on each line a piece, a space and its id; ids 0 to n-1, each once.</summary>
internal static class TokenFile
{
    /// <exception cref="SpeechModelException">The file is missing, a line cannot be read, or ids are missing or double.</exception>
    public static ImmutableArray<string> Read(string path)
    {
        if (!File.Exists(path)) throw new SpeechModelException($"The token list {path} does not exist.", path);
        var pieces = new Dictionary<int, string>();
        var number = 0;
        foreach (var line in File.ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: false)))
        {
            number++;
            if (line.Length == 0)
                continue;
            var space = line.LastIndexOf(' ');
            if (space < 1 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw new SpeechModelException($"{path}: line {number} is \"{line}\", but must be a piece, a space and its id. Copy the whole model folder again.", path);
            if (!pieces.TryAdd(id, line[..space]))
                throw new SpeechModelException($"{path}: line {number} gives the id {id} a second time. Copy the whole model folder again.", path);
        }

        if (pieces.Count == 0)
            throw new SpeechModelException($"{path} holds no tokens. Copy the whole model folder again.", path);
        var ordered = ImmutableArray.CreateBuilder<string>(pieces.Count);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!pieces.TryGetValue(id, out var piece))
                throw new SpeechModelException($"{path} has {pieces.Count} tokens but none with the id {id}. Copy the whole model folder again.", path);
            ordered.Add(piece);
        }

        return ordered.MoveToImmutable();
    }
}
