using System.Collections.Immutable;
using System.Text;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// Splits text into a model's own word pieces by byte-pair merges: of all neighbours that join to a piece, the pair whose piece has the lowest id joins first
/// (SentencePiece numbers its merges in that order). Immutable and safe for any number of threads.
/// </summary>
internal sealed class PieceEncoder
{
    public const char WordStart = '\u2581';

    private readonly Dictionary<char, int> _symbols = [];
    private readonly Dictionary<(int Left, int Right), int> _merges = [];
    private readonly bool[] _startsWord;
    private readonly bool _lowerCase;

    /// <summary>Takes the pieces by token id; U+2581 at a piece's start begins a word.</summary>
    public PieceEncoder(ImmutableArray<string> pieces)
    {
        Pieces = pieces;
        _startsWord = new bool[pieces.Length];
        var ids = new Dictionary<string, int>(pieces.Length, StringComparer.Ordinal);
        for (var id = 0; id < pieces.Length; id++)
        {
            var piece = pieces[id];
            _startsWord[id] = piece.StartsWith(WordStart);
            if (IsControl(piece) || !ids.TryAdd(piece, id)) continue;
            if (piece.Length == 1) _symbols[piece[0]] = id;
        }

        foreach (var (piece, id) in ids)
        {
            for (var cut = 1; cut < piece.Length; cut++)
                if (ids.TryGetValue(piece[..cut], out var left) && ids.TryGetValue(piece[cut..], out var right)) _merges[(left, right)] = id;
        }

        _lowerCase = !_symbols.Keys.Any(char.IsUpper);
        if (!_symbols.ContainsKey(WordStart))
            throw new ArgumentException("The pieces lack the single word start U+2581, so text cannot be spelled with them.", nameof(pieces));
    }

    public ImmutableArray<string> Pieces { get; }

    public bool StartsWord(int token) => _startsWord[token];

    /// <summary>
    /// Appends the tokens of white-space separated words. Letters become lower case when no piece has capitals. Characters that no piece spells are left out of the
    /// tokens and appended to <paramref name="unknown"/>.
    /// </summary>
    /// <returns>Whether every character could be spelled.</returns>
    public bool Encode(ReadOnlySpan<char> text, List<int> tokens, StringBuilder? unknown = null)
    {
        var complete = true;
        foreach (var range in text.SplitAny(" \t\r\n"))
            if (!text[range].IsEmpty) complete &= EncodeWord(text[range], tokens, unknown);
        return complete;
    }

    /// <summary>The tokens of a text that the pieces can spell.</summary>
    /// <exception cref="ArgumentException">A character has no piece; the message lists such characters.</exception>
    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        var unknown = new StringBuilder();
        if (!Encode(text, tokens, unknown))
            throw new ArgumentException($"'{text}' holds characters that the model cannot write: '{unknown}'. Spell them out in words.", nameof(text));
        return [.. tokens];
    }

    /// <summary>The text that tokens spell, words separated by single spaces.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens) text.Append(Pieces[token]);
        return text.Replace(WordStart, ' ').ToString().TrimStart(' ');
    }

    private bool EncodeWord(ReadOnlySpan<char> word, List<int> tokens, StringBuilder? unknown)
    {
        var complete = true;
        var first = tokens.Count;
        tokens.Add(_symbols[WordStart]);
        foreach (var character in word)
        {
            var letter = _lowerCase ? char.ToLowerInvariant(character) : character;
            if (letter != WordStart && _symbols.TryGetValue(letter, out var symbol))
            {
                tokens.Add(symbol);
                continue;
            }

            complete = false;
            unknown?.Append(character);
        }

        if (tokens.Count == first + 1) tokens.RemoveAt(first);
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = first; i + 1 < tokens.Count; i++)
                if (_merges.TryGetValue((tokens[i], tokens[i + 1]), out var merged) && merged < best) (best, at) = (merged, i);
            if (at < 0) return complete;
            tokens[at] = best;
            tokens.RemoveAt(at + 1);
        }
    }

    // <blk>, <unk>, <s>: names of tokens, not spellings
    private static bool IsControl(string piece) => piece.Length > 2 && piece[0] == '<' && piece[^1] == '>';
}
