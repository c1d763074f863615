using System.Globalization;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>How the pieces of a vocabulary make words: SentencePiece conventions, read once for a model and shared by its sessions. Immutable.</summary>
internal sealed class WordPieces
{
    private const char WordStart = '\u2581';
    private readonly Piece[] _pieces;

    public WordPieces(TransducerVocabulary vocabulary)
    {
        _pieces = [.. vocabulary.Pieces.Select(Read)];
    }

    /// <summary>Tokens of the vocabulary.</summary>
    public int Count => _pieces.Length;

    /// <summary>Whether the piece begins a word.</summary>
    public bool BeginsWord(int token) => _pieces[token].BeginsWord;

    /// <summary>The piece's text without the word mark; empty for a byte or a control symbol. An unknown symbol reads U+2047.</summary>
    public string Text(int token) => _pieces[token].Text;

    /// <summary>The byte that a byte-fallback piece (<c>&lt;0xE2&gt;</c>) stands for, or -1; neighbouring bytes make UTF-8.</summary>
    public int Byte(int token) => _pieces[token].Byte;

    /// <summary>Whether the piece adds to a word's text; a lone word mark and control symbols do not.</summary>
    public bool HasText(int token) => _pieces[token] is { Byte: >= 0 } or { Text.Length: > 0 };

    private static Piece Read(string piece)
    {
        if (piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return new Piece(false, "", value);
        if (piece == "<unk>")
            return new Piece(false, "\u2047", -1);
        if (piece.Length > 2 && piece[0] == '<' && piece[^1] == '>')
            return new Piece(false, "", -1);
        return piece.Length > 0 && piece[0] == WordStart ? new Piece(true, piece[1..], -1) : new Piece(false, piece, -1);
    }

    private readonly record struct Piece(bool BeginsWord, string Text, int Byte);
}
