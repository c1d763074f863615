using System.CommandLine;
using System.Globalization;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models.English;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech lm build</c>, <c>compile</c> and <c>evaluate</c>: language models from text.</summary>
internal static class LmCommand
{
    public static Command Create(TextWriter output)
    {
        return new Command("lm", "Language models.") { Build(output), Compile(output), Evaluate(output) };
    }

    private static Command Build(TextWriter output)
    {
        var texts = Texts();
        var (tokens, target, bits) = (Tokens(), Target(), CodeBits());
        var order = new Option<int>("--order") { Description = "The greatest number of word pieces in an n-gram.", DefaultValueFactory = _ => 6 };
        var counts = new Option<string>("--minimum-counts")
        {
            Description = "How often n-grams of one piece, two pieces, ... must occur; the last number holds for all longer ones.",
            DefaultValueFactory = _ => "1",
        };
        var prune = new Option<double>("--prune") { Description = "Drop n-grams that lower the cross entropy by less than this (nats for each piece)." };
        var heldOut = new Option<int>("--held-out") { Description = "Keep every Nth line out of the model and report its perplexity; 0 uses all lines." };
        var arpa = new Option<string?>("--arpa") { Description = "Also write the model as ARPA text." };
        counts.Validators.Add(result =>
        {
            if (!result.GetRequiredValue(counts).Split(',').All(count => int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                result.AddError($"--minimum-counts {result.GetRequiredValue(counts)}: whole numbers separated by commas are expected");
        });
        var command = new Command("build", "Estimate a language model from text files of one sentence a line.") { texts, tokens, target, bits, order, counts, prune, heldOut, arpa };
        command.SetAction(parsed =>
        {
            var options = new LanguageModelOptions
            {
                Order = parsed.GetValue(order),
                MinimumCounts = [.. parsed.GetRequiredValue(counts).Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture))],
                PruneThreshold = parsed.GetValue(prune),
            };
            var tokensFile = parsed.GetRequiredValue(tokens);
            var builder = new LanguageModelBuilder(tokensFile, options);
            var every = parsed.GetValue(heldOut);
            var kept = new List<string>();
            var number = 0;
            foreach (var line in parsed.GetRequiredValue(texts).SelectMany(LanguageModelBuilder.ReadLines))
            {
                if (every > 0 && number++ % every == 0) kept.Add(line);
                else builder.AddLine(line);
            }

            output.WriteLine(Invariant($"{builder.Sentences} sentences, {builder.Words} words; {builder.SkippedLines} lines left out for characters without a piece"));
            var model = builder.Build();
            Save(model, parsed.GetRequiredValue(target), parsed.GetValue(bits), output);
            if (parsed.GetValue(arpa) is { } path)
            {
                using var writer = new StreamWriter(path);
                model.WriteArpa(writer, tokensFile);
            }

            // measured on the rounded model, since that is what is used
            if (kept.Count > 0) Report(LanguageModel.Load(parsed.GetRequiredValue(target)).Evaluate(kept, tokensFile), output);
        });
        return command;
    }

    private static Command Compile(TextWriter output)
    {
        var arpa = new Argument<string>("ARPA") { Description = "The ARPA file; its words are word pieces." };
        var (tokens, target, bits) = (Tokens(), Target(), CodeBits());
        var command = new Command("compile", "Make the compact form of an ARPA file.") { arpa, tokens, target, bits };
        command.SetAction(parsed =>
        {
            var model = LanguageModel.ReadArpa(parsed.GetRequiredValue(arpa), parsed.GetRequiredValue(tokens));
            Save(model, parsed.GetRequiredValue(target), parsed.GetValue(bits), output);
        });
        return command;
    }

    private static Command Evaluate(TextWriter output)
    {
        var model = new Argument<string>("MODEL") { Description = "The compiled model." };
        var (texts, tokens) = (Texts(), Tokens());
        var command = new Command("evaluate", "Measure a model's perplexity on text files of one sentence a line.") { model, texts, tokens };
        command.SetAction(parsed =>
        {
            var lines = parsed.GetRequiredValue(texts).SelectMany(LanguageModelBuilder.ReadLines);
            Report(LanguageModel.Load(parsed.GetRequiredValue(model)).Evaluate(lines, parsed.GetRequiredValue(tokens)), output);
        });
        return command;
    }

    private static Argument<string[]> Texts() => new("TEXT")
    {
        Description = "Text files, plain or .gz, one sentence a line, spelled as the acoustic model writes.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static Option<string> Tokens() => new("--tokens")
    {
        Description = "The acoustic model's tokens.txt (default: the English model's).",
        DefaultValueFactory = _ => Path.Combine(EnglishModel.Path, "tokens.txt"),
    };

    private static Option<string> Target() => new("--output", "-o") { Description = "The compiled model to write.", Required = true };

    private static Option<int> CodeBits() => new("--bits") { Description = "Bits for each probability, 2 to 8.", DefaultValueFactory = _ => 8 };

    private static void Save(LanguageModel model, string path, int bits, TextWriter output)
    {
        model.Save(path, bits);
        output.WriteLine(Invariant($"{path}: {new FileInfo(path).Length} bytes, n-grams of 1 to {model.Order} pieces: {string.Join(", ", model.NGramCounts)}"));
    }

    private static void Report(LanguageModelScore score, TextWriter output)
    {
        output.WriteLine(Invariant($"{score.Sentences} sentences, {score.Words} words, {score.SkippedLines} lines left out"));
        output.WriteLine(Invariant($"perplexity {score.WordPerplexity:F1} for each word, {score.TokenPerplexity:F2} for each piece (sentence ends counted)"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
