using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// An n-gram language model over the word pieces of one acoustic model: it tells a decoder which words are likely to follow each other. Immutable; share one
/// among any number of sessions and threads.
/// </summary>
public sealed class LanguageModel
{
    internal const string BlankPiece = "<blk>";
    private readonly NGramTrie _trie;
    private readonly byte[] _vocabularyHash;
    private readonly Lazy<string> _contentHash;

    internal LanguageModel(NGramTrie trie, byte[] vocabularyHash)
    {
        _trie = trie;
        _vocabularyHash = vocabularyHash;
        Model = new NGramModel(trie);
        _contentHash = new Lazy<string>(HashContent);
    }

    /// <summary>The greatest number of tokens in an n-gram.</summary>
    public int Order => _trie.Order;

    /// <summary>How many n-grams of each length the model holds, shortest first.</summary>
    public ImmutableArray<int> NGramCounts => [.. _trie.Levels.Select(level => level.Count)];

    /// <summary>SHA-256 over the n-grams, as lower-case hex: the same for the same model.</summary>
    public string ContentHash => _contentHash.Value;

    internal NGramModel Model { get; }

    /// <summary>Loads a compiled model.</summary>
    /// <exception cref="SpeechModelException">The file is missing, not a compiled model, of another version, truncated or changed.</exception>
    public static LanguageModel Load(string path)
    {
        if (!File.Exists(path)) throw new SpeechModelException($"The language model '{path}' does not exist.", path);
        using var stream = File.OpenRead(path);
        var trie = NGramFile.Read(stream, path, out var vocabularyHash);
        return new LanguageModel(trie, vocabularyHash);
    }

    /// <summary>Reads a model in the ARPA text format whose words are pieces.</summary>
    /// <param name="path">The ARPA file.</param>
    /// <param name="tokensFile">The acoustic model's <c>tokens.txt</c>: a piece and its id on each line.</param>
    /// <exception cref="SpeechModelException">A file is missing or malformed; the message names the line.</exception>
    public static LanguageModel ReadArpa(string path, string tokensFile)
    {
        if (!File.Exists(path)) throw new SpeechModelException($"The language model '{path}' does not exist.", path);
        var pieces = TokenFile.Read(tokensFile);
        using var reader = File.OpenText(path);
        return new LanguageModel(ArpaFile.Read(reader, path, pieces, pieces.IndexOf(BlankPiece)), NGramFile.Hash(pieces));
    }

    /// <summary>Writes the compact form that <see cref="Load"/> reads.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="codeBits">Bits for each probability, 2 to 8; fewer make a smaller file of slightly lower quality.</param>
    public void Save(string path, int codeBits = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(codeBits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(codeBits, 8);
        using var stream = File.Create(path);
        NGramFile.Write(stream, _trie, _vocabularyHash, codeBits);
    }

    /// <summary>Writes the model in the ARPA text format.</summary>
    /// <exception cref="SpeechModelException">The pieces are not those of this model.</exception>
    public void WriteArpa(TextWriter writer, string tokensFile)
    {
        var pieces = TokenFile.Read(tokensFile);
        RequirePieces(pieces, tokensFile);
        ArpaFile.Write(writer, _trie, pieces);
    }

    /// <summary>Measures how well the model foresees a text.</summary>
    /// <param name="lines">One sentence a line, as the acoustic model writes them. Lines with characters that no piece spells are skipped and counted.</param>
    /// <param name="tokensFile">The acoustic model's <c>tokens.txt</c>.</param>
    public LanguageModelScore Evaluate(IEnumerable<string> lines, string tokensFile)
    {
        var pieces = TokenFile.Read(tokensFile);
        RequirePieces(pieces, tokensFile);
        var encoder = new PieceEncoder(pieces);
        var tokens = new List<int>();
        double log = 0;
        long sentences = 0, words = 0, count = 0, skipped = 0;
        foreach (var line in lines)
        {
            tokens.Clear();
            if (!encoder.Encode(line, tokens))
            {
                skipped++;
                continue;
            }

            if (tokens.Count == 0) continue;
            var state = Model.StartState;
            foreach (var token in tokens)
            {
                log += Model.Score(state, token, out state);
                if (encoder.StartsWord(token)) words++;
            }

            log += Model.ScoreEnd(state);
            count += tokens.Count;
            sentences++;
        }

        return new LanguageModelScore { Sentences = sentences, Words = words, Tokens = count, SkippedLines = skipped, LogProbability = log };
    }

    /// <exception cref="SpeechModelException">The model was built with other pieces.</exception>
    internal void RequirePieces(IEnumerable<string> pieces, string file)
    {
        if (!NGramFile.Hash(pieces).AsSpan().SequenceEqual(_vocabularyHash))
            throw new SpeechModelException($"The language model was built with other word pieces than those of '{file}'; build it again with 'speech lm build'.", file);
    }

    private string HashContent()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_vocabularyHash);
        foreach (var level in _trie.Levels)
        {
            hash.AppendData(MemoryMarshal.AsBytes(level.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(level.LogProbabilities.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(level.Backoffs.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(level.FirstChildren.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
