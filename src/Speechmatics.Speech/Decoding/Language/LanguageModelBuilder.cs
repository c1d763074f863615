using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// Estimates a language model from text: interpolated modified Kneser-Ney (Chen and Goodman 1998) on word pieces, then count cut-offs and relative-entropy pruning
/// (Stolcke 1998). Needs about 150 bytes of memory for each token of text. Equal text in equal order gives equal models. Not safe for concurrent use.
/// </summary>
public sealed class LanguageModelBuilder
{
    private readonly LanguageModelOptions _options;
    private readonly ImmutableArray<string> _pieces;
    private readonly int _blankId;
    private readonly PieceEncoder _encoder;
    private readonly NGramPacking _packing;
    private readonly List<ushort> _sentences = [];
    private readonly Dictionary<string, int[]?> _words = new(StringComparer.Ordinal);
    private readonly List<int> _tokens = [];

    /// <summary>Creates a builder for one acoustic model's pieces.</summary>
    /// <param name="tokensFile">The model's <c>tokens.txt</c>: a piece and its id on each line.</param>
    /// <param name="options">Order and pruning; null takes the defaults.</param>
    /// <exception cref="SpeechModelException">The token list is missing or malformed.</exception>
    /// <exception cref="ArgumentException">The options contradict themselves, or the order is too great for so many tokens.</exception>
    public LanguageModelBuilder(string tokensFile, LanguageModelOptions? options = null)
    {
        _options = options ?? new LanguageModelOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Order, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.Order, 8);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.PruneThreshold);
        var counts = _options.MinimumCounts;
        if (counts.IsDefaultOrEmpty || counts[0] != 1 || counts.Zip(counts.Skip(1)).Any(pair => pair.First > pair.Second))
            throw new ArgumentException("Minimum counts must start with 1 and not fall.", nameof(options));
        _pieces = TokenFile.Read(tokensFile);
        _blankId = _pieces.IndexOf(LanguageModel.BlankPiece);
        _encoder = new PieceEncoder(_pieces);
        _packing = new NGramPacking(_pieces.Length, _options.Order);
    }

    /// <summary>Sentences taken so far.</summary>
    public long Sentences { get; private set; }

    /// <summary>Words taken so far.</summary>
    public long Words { get; private set; }

    /// <summary>Lines left out so far because they hold characters that no piece spells.</summary>
    public long SkippedLines { get; private set; }

    /// <summary>Takes one sentence, spelled as the acoustic model writes (for the English model lower case without punctuation or digits).</summary>
    public void AddLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        _tokens.Clear();
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            if (Encode(word) is not { } tokens)
            {
                SkippedLines++;
                return;
            }

            _tokens.AddRange(tokens);
        }

        if (_tokens.Count == 0) return;
        _sentences.Add((ushort)_packing.Start);
        foreach (var token in _tokens) _sentences.Add((ushort)token);
        _sentences.Add((ushort)_packing.End);
        Sentences++;
        Words += words.Length;
    }

    /// <summary>Takes a text file of one sentence a line, compressed if its name ends in <c>.gz</c>. A file taken twice weighs double.</summary>
    public void AddFile(string path)
    {
        foreach (var line in ReadLines(path)) AddLine(line);
    }

    /// <summary>Estimates and prunes the model.</summary>
    /// <exception cref="InvalidOperationException">No sentence was given.</exception>
    public LanguageModel Build()
    {
        if (Sentences == 0) throw new InvalidOperationException("There is no text to estimate a language model from.");
        var counts = new int[_options.Order];
        for (var i = 0; i < counts.Length; i++) counts[i] = _options.MinimumCounts[Math.Min(i, _options.MinimumCounts.Length - 1)];
        var tables = KneserNeyEstimator.Estimate(CollectionsMarshal.AsSpan(_sentences), _packing, _options.Order, _blankId, counts);
        tables = EntropyPruner.Prune(tables, _packing, _options.PruneThreshold, _sentences.Count);
        return new LanguageModel(NGramTrie.FromTables(_blankId, _packing, tables), NGramFile.Hash(_pieces));
    }

    /// <summary>The lines of a text file, compressed if its name ends in <c>.gz</c>.</summary>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private int[]? Encode(string word)
    {
        if (_words.TryGetValue(word, out var known)) return known;
        var tokens = new List<int>();
        return _words[word] = _encoder.Encode(word, tokens) ? [.. tokens] : null;
    }
}
