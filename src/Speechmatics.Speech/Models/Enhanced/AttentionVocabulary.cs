using System.Collections.Immutable;

namespace Speechmatics.Speech.Models;

/// <summary>The tokens of an attention decoder and the rules of its decoding, all read from the package. Immutable.</summary>
internal sealed class AttentionVocabulary
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    /// <param name="tokens">The bytes of each token id.</param>
    public AttentionVocabulary(IReadOnlyList<byte[]> tokens)
    {
        _starts = new int[tokens.Count + 1];
        for (var id = 0; id < tokens.Count; id++) _starts[id + 1] = _starts[id] + tokens[id].Length;
        _bytes = new byte[_starts[^1]];
        for (var id = 0; id < tokens.Count; id++) tokens[id].CopyTo(_bytes, _starts[id]);
    }

    /// <summary>What the decoder is given before the first token.</summary>
    public required ImmutableArray<int> Prompt { get; init; }

    /// <summary>Ends the text. Ids above it are never part of a text.</summary>
    public required int EndOfText { get; init; }

    /// <summary>The token whose probability after the first prompt token says that there is no speech.</summary>
    public required int NoSpeech { get; init; }

    /// <summary>Ids that are never chosen, ascending.</summary>
    public required ImmutableArray<int> Suppress { get; init; }

    /// <summary>Ids that are not chosen as the first token, ascending.</summary>
    public required ImmutableArray<int> SuppressFirst { get; init; }

    /// <summary>Tokens whose bytes are known.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The token's UTF-8 bytes; a character may be spread over several tokens.</summary>
    public ReadOnlySpan<byte> Bytes(int token) => _bytes.AsSpan(_starts[token].._starts[token + 1]);

    /// <summary>Whether a word begins at this token: its text begins with a space.</summary>
    public bool BeginsWord(int token) => Bytes(token) is [(byte)' ', ..];
}
