using System.Collections.Immutable;
using System.Text;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding.Language;

public sealed class NGramModelTests : IDisposable
{
    private static readonly string[] Text =
    [
        "the cat sat on the mat", "the dog sat on the log", "a cat and a dog", "the cat saw the dog", "where is the cat", "the dog is on the mat", "i see a cat on a log",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("ngram").FullName;

    private static string Tokens => Path.Combine(Repository.EnglishModel, "tokens.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(6, 0, 1)]
    [InlineData(4, 1e-3, 1)]
    [InlineData(4, 0, 2)]
    [InlineData(6, 3e-4, 2)]
    public void Probabilities_after_every_context_sum_to_one(int order, double threshold, int minimumCount)
    {
        var model = Build(order, threshold, minimumCount).Model;
        var scores = new float[model.TokenCount];
        for (var state = 0; state < model.StateCount; state++)
        {
            model.ScoreAll(state, scores);
            var sum = Math.Exp(model.ScoreEnd(state));
            for (var token = 0; token < scores.Length; token++)
            {
                if (token == model.BlankId) continue;
                sum += Math.Exp(scores[token]);
                Assert.Equal(model.Score(state, token, out _), scores[token], 1e-4f);
            }

            Assert.Equal(1, sum, 1e-3);
            Assert.Equal(0, scores[model.BlankId]);
        }
    }

    [Fact]
    public void The_estimate_equals_Kneser_Ney_worked_out_by_hand()
    {
        // bigrams of single letters; too few counts for the discount formula, so 0.5, 1 and 1.5 are taken off
        var tokens = Path.Combine(_folder, "tokens.txt");
        File.WriteAllText(tokens, "<blk> 0\n\u2581 1\n\u2581a 2\n\u2581b 3\na 4\nb 5\n", new UTF8Encoding(false));
        var builder = new LanguageModelBuilder(tokens, new LanguageModelOptions { Order = 2 });
        builder.AddLine("a b");
        builder.AddLine("a a");
        var model = builder.Build().Model;

        // continuation counts: a after <s>, a: 2; b after a: 1; </s> after b, a: 2; sum 5; discounts 1, 0.5, 1; freed 2.5; six entries of the vocabulary
        var share = 2.5 / 5 / 6;
        var (a, b) = ((1 / 5.0) + share, (0.5 / 5.0) + share);
        // after a (3 times): a, b, </s> once each: 0.5 off each, 1.5 freed
        model.Score(model.StartState, 2, out var afterA);
        Assert.Equal(Math.Log((0.5 / 3) + (0.5 * b)), model.Score(afterA, 3, out _), 1e-5f);
        Assert.Equal(Math.Log((0.5 / 3) + (0.5 * a)), model.Score(afterA, 2, out _), 1e-5f);
        // unseen after a: what is freed, by the shorter context
        Assert.Equal(Math.Log(0.5 * share), model.Score(afterA, 5, out _), 1e-5f);
        // after the start: a twice, 1 off
        Assert.Equal(Math.Log((1 / 2.0) + (0.5 * a)), model.Score(model.StartState, 2, out _), 1e-5f);
    }

    [Fact]
    public void Scores_equal_those_of_the_n_grams_looked_up_one_by_one()
    {
        var options = new LanguageModelOptions { Order = 5, PruneThreshold = 2e-4 };
        var model = Build(options).Model;
        var arpa = new StringWriter();
        Build(options).WriteArpa(arpa, Tokens);
        var grams = arpa.ToString().Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length >= 2)
            .ToDictionary(fields => fields[1], fields => (Log: double.Parse(fields[0]), Backoff: fields.Length > 2 ? double.Parse(fields[2]) : 0));
        var encoder = new PieceEncoder(TokenFile.Read(Tokens));

        foreach (var line in new[] { "the cat sat on the log", "a dog is where the mat is", "quite another sentence" })
        {
            var history = new List<string> { "<s>" };
            var state = model.StartState;
            foreach (var token in encoder.Encode(line))
            {
                history.Add(encoder.Pieces[token]);
                Assert.Equal(LookUp(history.TakeLast(5).ToArray()) * Math.Log(10), model.Score(state, token, out state), 1e-3f);
            }
        }

        double LookUp(string[] words)
        {
            if (grams.TryGetValue(string.Join(' ', words), out var found)) return found.Log;
            grams.TryGetValue(string.Join(' ', words[..^1]), out var context);
            return context.Backoff + LookUp(words[1..]);
        }
    }

    [Fact]
    public void An_ARPA_file_read_back_gives_the_same_scores()
    {
        var model = Build(new LanguageModelOptions { Order = 4 });
        var path = Path.Combine(_folder, "model.arpa");
        using (var writer = new StreamWriter(path)) model.WriteArpa(writer, Tokens);
        var read = LanguageModel.ReadArpa(path, Tokens);
        Assert.Equal(model.NGramCounts, read.NGramCounts);
        Assert.Equal(model.Evaluate(Text, Tokens).LogProbability, read.Evaluate(Text, Tokens).LogProbability, 1e-3);
    }

    [Theory]
    [InlineData(8, 0.01)]
    [InlineData(6, 0.05)]
    public void A_compiled_file_read_back_gives_nearly_the_same_scores(int bits, double tolerance)
    {
        var model = Build(new LanguageModelOptions { Order = 4 });
        var path = Path.Combine(_folder, "model.bin");
        model.Save(path, bits);
        var read = LanguageModel.Load(path);
        Assert.Equal(model.NGramCounts, read.NGramCounts);
        var (before, after) = (model.Evaluate(Text, Tokens), read.Evaluate(Text, Tokens));
        Assert.Equal(Math.Log(before.TokenPerplexity), Math.Log(after.TokenPerplexity), tolerance);
    }

    [Fact]
    public void Files_are_the_same_for_the_same_text()
    {
        var (one, two) = (Path.Combine(_folder, "1"), Path.Combine(_folder, "2"));
        Build(new LanguageModelOptions { Order = 5, PruneThreshold = 1e-4 }).Save(one);
        Build(new LanguageModelOptions { Order = 5, PruneThreshold = 1e-4 }).Save(two);
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
    }

    [Fact]
    public void Pruning_makes_the_model_smaller_and_little_worse()
    {
        var (full, pruned) = (Build(new LanguageModelOptions { Order = 5 }), Build(new LanguageModelOptions { Order = 5, PruneThreshold = 1e-3 }));
        var longer = full.NGramCounts.Skip(1).Sum();
        Assert.InRange(pruned.NGramCounts.Skip(1).Sum(), 1, longer * 8 / 10);
        Assert.InRange(pruned.Evaluate(Text, Tokens).TokenPerplexity, full.Evaluate(Text, Tokens).TokenPerplexity, 2 * full.Evaluate(Text, Tokens).TokenPerplexity);
    }

    [Fact]
    public void Every_damaged_byte_and_length_of_a_file_is_noticed()
    {
        var path = Path.Combine(_folder, "model.bin");
        Build(new LanguageModelOptions { Order = 2 }).Save(path);
        var good = File.ReadAllBytes(path);
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var bad = (byte[])good.Clone();
            // the vocabulary's hash is checked against the model, not here
            var at = random.Next(bad.Length);
            if (at is >= 6 and < 48) continue;
            bad[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bad);
            try
            {
                // a flipped bit that the decompressor does not mind leaves the content whole
                Assert.Equal(2, LanguageModel.Load(path).Order);
            }
            catch (SpeechModelException e)
            {
                Assert.Equal(path, e.File);
            }

            File.WriteAllBytes(path, good[..random.Next(good.Length)]);
            Assert.Contains(path, Assert.Throws<SpeechModelException>(() => LanguageModel.Load(path)).Message);
        }
    }

    [Theory]
    [InlineData("\\data\\\nngram 1=1\n\n\\1-grams:\n-1\tnonsense\n\\end\\\n", "line 5", "not one of the model's pieces")]
    [InlineData("\\data\\\nngram 1=1\n\n\\1-grams:\nx\t\u2581the\n\\end\\\n", "line 5", "no number")]
    [InlineData("\\data\\\nngram 1=1\n\n\\1-grams:\n-1\t\u2581the\n", "line 5", "truncated")]
    [InlineData("\\data\\\nngram 1=1\n\n\\1-grams:\n-1\n\\end\\\n", "line 5", "expected")]
    [InlineData("", "line 0", "truncated")]
    public void A_malformed_ARPA_file_names_the_line_and_the_fault(string content, string line, string fault)
    {
        var path = Path.Combine(_folder, "bad.arpa");
        File.WriteAllText(path, content);
        var error = Assert.Throws<SpeechModelException>(() => LanguageModel.ReadArpa(path, Tokens));
        Assert.Contains(line, error.Message);
        Assert.Contains(fault, error.Message);
    }

    [Fact]
    public void A_model_built_with_other_pieces_is_refused()
    {
        var error = Assert.Throws<SpeechModelException>(() => Build(new LanguageModelOptions { Order = 2 }).RequirePieces(["a", "b"], "other/tokens.txt"));
        Assert.Contains("other/tokens.txt", error.Message);
    }

    [Fact]
    public void Lines_that_cannot_be_spelled_are_counted()
    {
        var builder = new LanguageModelBuilder(Tokens);
        builder.AddLine("the cat");
        builder.AddLine("24 cats");
        Assert.Equal((1, 2, 1), (builder.Sentences, builder.Words, builder.SkippedLines));
    }

    [Fact]
    public void The_English_model_prefers_sentences_to_the_same_words_in_disorder()
    {
        var path = Path.Combine(Repository.EnglishModel, "ngram.bin");
        var model = LanguageModel.Load(path);
        Assert.InRange(new FileInfo(path).Length, 1, 10_000_000);
        var sentences = new[] { "give me a medium roast americano with lots of sugar", "it is currently out of print and rare", "she had been there only once before" };
        foreach (var sentence in sentences)
        {
            var disorder = string.Join(' ', sentence.Split(' ').Reverse());
            Assert.True(model.Evaluate([sentence], Tokens).LogProbability > model.Evaluate([disorder], Tokens).LogProbability + 10);
        }

        Assert.InRange(model.Evaluate(sentences, Tokens).WordPerplexity, 5, 300);
    }

    [Fact]
    public void Queries_allocate_nothing()
    {
        var model = Build(new LanguageModelOptions { Order = 5 }).Model;
        var scores = new float[model.TokenCount];
        Query();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Query();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Query()
        {
            for (var state = 0; state < model.StateCount; state++)
            {
                model.ScoreAll(state, scores);
                model.Score(state, 5, out _);
            }
        }
    }

    private static LanguageModel Build(int order, double threshold, int minimumCount) =>
        Build(new LanguageModelOptions { Order = order, PruneThreshold = threshold, MinimumCounts = ImmutableArray.Create(1, minimumCount) });

    private static LanguageModel Build(LanguageModelOptions options)
    {
        var builder = new LanguageModelBuilder(Tokens, options);
        foreach (var line in Text) builder.AddLine(line);
        return builder.Build();
    }
}
