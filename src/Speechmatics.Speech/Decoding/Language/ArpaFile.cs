using System.Collections.Immutable;
using System.Globalization;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// ARPA text files of back-off n-gram models whose words are the acoustic model's pieces, separated by single blanks; <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c> are the
/// sentence's ends. Logarithms in the file are to base 10.
/// </summary>
internal static class ArpaFile
{
    private const string Start = "<s>";
    private const string End = "</s>";

    public static void Write(TextWriter writer, NGramTrie trie, ImmutableArray<string> pieces)
    {
        writer.NewLine = "\n";
        writer.WriteLine("\\data\\");
        for (var order = 1; order <= trie.Order; order++) writer.WriteLine(Invariant($"ngram {order}={trie.Levels[order - 1].Count}"));
        for (var order = 1; order <= trie.Order; order++)
        {
            writer.WriteLine();
            writer.WriteLine(Invariant($"\\{order}-grams:"));
            var level = trie.Levels[order - 1];
            trie.Visit(order, (tokens, index) =>
            {
                writer.Write(Invariant($"{level.LogProbabilities[index] / MathF.Log(10):G9}\t"));
                for (var i = 0; i < tokens.Length; i++)
                {
                    if (i > 0) writer.Write(' ');
                    var token = tokens.Span[i];
                    writer.Write(token == trie.StartToken ? Start : token == trie.EndToken ? End : pieces[token]);
                }

                if (level.Backoffs[index] != 0) writer.Write(Invariant($"\t{level.Backoffs[index] / MathF.Log(10):G9}"));
                writer.WriteLine();
            });
        }

        writer.WriteLine();
        writer.WriteLine("\\end\\");
    }

    /// <summary>Reads a model; <paramref name="file"/> names it in messages.</summary>
    /// <exception cref="SpeechModelException">The file is no ARPA model or uses words that are not the model's pieces; the message names the line.</exception>
    public static NGramTrie Read(TextReader reader, string file, ImmutableArray<string> pieces, int blankId)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal) { [Start] = pieces.Length, [End] = pieces.Length + 1 };
        for (var id = 0; id < pieces.Length; id++) ids.TryAdd(pieces[id], id);
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();

        var number = 0;
        var order = 0;
        var declared = 0;
        var packing = default(NGramPacking);
        var entries = new List<List<(ulong Key, float Log, float Backoff)>>();
        var ended = false;
        while (!ended && reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.StartsWith("ngram ", StringComparison.Ordinal)) declared++;
            else if (line.StartsWith("\\end\\", StringComparison.Ordinal)) ended = true;
            else if (line.EndsWith("-grams:", StringComparison.Ordinal)) BeginOrder();
            else if (order > 0) ReadEntry(line);
        }

        if (!ended || order == 0 || order != declared) throw Bad("the file is truncated: it declares more than it holds, or its \\end\\ is missing");
        var tables = new NGramTable[order];
        for (var n = 1; n <= order; n++)
        {
            if (n == 1) AddMissingUnigrams(entries[0], packing, blankId);
            var sorted = entries[n - 1].OrderBy(entry => entry.Key).ToArray();
            var table = new NGramTable(packing, n, [.. sorted.Select(entry => entry.Key)], []);
            for (var i = 0; i < sorted.Length; i++) (table.LogProbabilities[i], table.Backoffs[i]) = (sorted[i].Log, sorted[i].Backoff);
            tables[n - 1] = table;
        }

        try
        {
            return NGramTrie.FromTables(blankId, packing, tables);
        }
        catch (InvalidDataException e)
        {
            throw Bad(e.Message, e);
        }

        void BeginOrder()
        {
            order++;
            if (order == 1)
            {
                if (declared is 0 or > 8) throw Bad("orders 1 to 8 are supported");
                packing = new NGramPacking(pieces.Length, declared);
            }

            entries.Add([]);
        }

        void ReadEntry(ReadOnlySpan<char> line)
        {
            Span<Range> fields = stackalloc Range[order + 3];
            var count = line.SplitAny(fields, "\t ", StringSplitOptions.RemoveEmptyEntries);
            if (count != order + 1 && count != order + 2) throw Bad($"expected a logarithm, {order} pieces and an optional back-off weight");
            if (!float.TryParse(line[fields[0]], NumberStyles.Float, CultureInfo.InvariantCulture, out var log)) throw Bad("the logarithm is no number");
            var backoff = 0f;
            if (count == order + 2 && !float.TryParse(line[fields[order + 1]], NumberStyles.Float, CultureInfo.InvariantCulture, out backoff))
                throw Bad("the back-off weight is no number");
            ulong key = 0;
            for (var i = 1; i <= order; i++)
            {
                if (!lookup.TryGetValue(line[fields[i]], out var token))
                    throw Bad($"'{line[fields[i]]}' is not one of the model's pieces; build the language model on pieces, as 'speech lm build' does");
                key = packing.Append(key, token);
            }

            entries[order - 1].Add((key, log * MathF.Log(10), backoff * MathF.Log(10)));
        }

        SpeechModelException Bad(string what, Exception? inner = null) => new($"'{file}', line {number}: {what}.", file, inner);
    }

    // a token that the file leaves out is as likely as its least likely one
    private static void AddMissingUnigrams(List<(ulong Key, float Log, float Backoff)> entries, NGramPacking packing, int blankId)
    {
        var present = entries.Select(entry => entry.Key).ToHashSet();
        var least = entries.Where(entry => entry.Log > NGramTrie.Never / 2).Select(entry => entry.Log).DefaultIfEmpty(NGramTrie.Never).Min();
        for (var token = 0; token <= packing.End; token++)
            if (token != blankId && !present.Contains((ulong)token)) entries.Add(((ulong)token, token == packing.Start ? NGramTrie.Never : least, 0));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
