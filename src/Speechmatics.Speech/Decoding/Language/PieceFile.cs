using System.Collections.Immutable;
using System.Globalization;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>Reads <c>tokens.txt</c>: a piece and its id on each line.</summary>
internal static class PieceFile
{
    /// <summary>The pieces by id; <paramref name="blankId"/> is the id of <c>&lt;blk&gt;</c>, or -1.</summary>
    /// <exception cref="SpeechModelException">The file is missing or malformed.</exception>
    public static ImmutableArray<string> Read(string path, out int blankId)
    {
        if (!File.Exists(path)) throw new SpeechModelException($"The token list '{path}' does not exist.", path);
        var pieces = new SortedDictionary<int, string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            var blank = line.LastIndexOf(' ');
            if (blank < 1 || !int.TryParse(line.AsSpan(blank + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !pieces.TryAdd(id, line[..blank]))
                throw new SpeechModelException($"'{path}', line {number}: expected a piece, a blank and an id that no other line has.", path);
        }

        if (pieces.Count == 0 || pieces.Keys.Last() != pieces.Count - 1)
            throw new SpeechModelException($"'{path}' must list the ids from 0 without gaps.", path);
        var all = pieces.Values.ToImmutableArray();
        blankId = all.IndexOf("<blk>");
        return all;
    }
}
