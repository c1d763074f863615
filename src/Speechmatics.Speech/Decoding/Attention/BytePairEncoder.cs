using System.Text;
using System.Text.RegularExpressions;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Splits text into the tokens of an attention model: the bytes of each word are joined pair by pair, the pair whose token has the lowest id first, since byte-pair vocabularies number their
/// merges in that order (GPT-2, Radford et al. 2019). Immutable and safe for any number of threads.
/// </summary>
internal sealed partial class BytePairEncoder
{
    private readonly AttentionVocabulary _vocabulary;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    public BytePairEncoder(AttentionVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        for (var id = 0; id < Math.Min(vocabulary.Count, vocabulary.EndOfText); id++) _ids.TryAdd(Encoding.Latin1.GetString(vocabulary.Bytes(id)), id);
    }

    /// <summary>Tokens that a text may hold, the end of the text being the last.</summary>
    public int TokenCount => _vocabulary.EndOfText + 1;

    /// <summary>Whether a token cannot continue a word: a space or punctuation begins it, or it ends the text. An apostrophe continues one.</summary>
    public bool EndsWord(int token) =>
        token >= _vocabulary.Count || token == _vocabulary.EndOfText || _vocabulary.Bytes(token) is [var first, ..] && first != '\'' && !char.IsAsciiLetterOrDigit((char)first) && char.IsAscii((char)first);

    /// <summary>Appends the tokens of a text; a space at its start belongs to its first word.</summary>
    /// <returns>Whether the vocabulary has all of its bytes and the decoder may write every token.</returns>
    public bool Encode(string text, List<int> tokens)
    {
        foreach (var piece in Pieces().EnumerateMatches(text))
            if (!EncodePiece(Encoding.UTF8.GetBytes(text, piece.Index, piece.Length), tokens)) return false;
        return true;
    }

    private bool EncodePiece(byte[] bytes, List<int> tokens)
    {
        var parts = bytes.Select(value => ((char)value).ToString()).ToList();
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
                if (_ids.TryGetValue(parts[i] + parts[i + 1], out var id) && id < best) (best, at) = (id, i);
            if (at < 0) break;
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }

        foreach (var part in parts)
        {
            if (!_ids.TryGetValue(part, out var id) || _vocabulary.Suppress.AsSpan().BinarySearch(id) >= 0) return false;
            tokens.Add(id);
        }

        return true;
    }

    // GPT-2's rule for what is never joined: words with the space before them, contractions, figures, signs
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Pieces();
}
