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
        return new Command("lm", "Language models: build one from text of your field, and give it to --lm.") { Build(output), Compile(output), Evaluate(output) };
    }

    private static Command Build(TextWriter output)
    {
        var texts = Texts();
        var (tokens, target, bits) = (Tokens(), Target(), CodeBits());
        var order = Whole("--order", "The greatest number of word pieces in an n-gram, 1 to 8.", 6, 1, 8);
        var counts = new Option<string>("--minimum-counts")
        {
            HelpName = "N,N,…",
            Description = "How often n-grams of one piece, two pieces, ... must occur; the last number holds for all longer ones.",
            DefaultValueFactory = _ => "1",
        };
        var prune = new Option<double>("--prune")
        {
            Description = "Drop n-grams that lower the cross entropy by less than this, in nats for each piece; 1e-8 to 1e-6 makes models small (default: 0, drop none).",
            HelpName = "X",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1) return value;
                result.AddError($"--prune {text}: a number from 0 to 1 is expected, such as 4e-8");
                return 0;
            },
        };
        var heldOut = CommonOptions.Positive(new Option<int?>("--held-out") { Description = "Keep every Nth line out of the model and report its perplexity (default: all lines go in).", HelpName = "N" });
        var arpa = new Option<string?>("--arpa") { Description = "Also write the model as ARPA text.", HelpName = "FILE" };
        CheckFolder(arpa);
        counts.Validators.Add(result =>
        {
            if (!result.GetRequiredValue(counts).Split(',').All(count => int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                result.AddError($"--minimum-counts {result.GetRequiredValue(counts)}: whole numbers separated by commas are expected");
        });
        var command = new CommandWithExamples(
            "build",
            "Estimate a language model from text files of one sentence a line.",
            "speech lm build sentences.txt.gz --prune 4e-8 -o ngram.bin",
            "speech lm build minutes.txt --order 4 --held-out 20 -o minutes.bin && speech transcribe --beam 4 --lm minutes.bin meeting.wav")
        { texts, tokens, target, bits, order, counts, prune, heldOut, arpa };
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
            var every = parsed.GetValue(heldOut) ?? 0;
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
        var arpa = new Argument<string>("ARPA") { Description = "The ARPA file; its words are the acoustic model's word pieces." };
        var (tokens, target, bits) = (Tokens(), Target(), CodeBits());
        var command = new CommandWithExamples("compile", "Make the compact form of an ARPA file.", "speech lm compile kenlm.arpa -o ngram.bin") { arpa, tokens, target, bits };
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
        var command = new CommandWithExamples("evaluate", "Measure a model's perplexity on text files of one sentence a line.", "speech lm evaluate ngram.bin unseen.txt") { model, texts, tokens };
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
        Description = "The acoustic model's tokens.txt.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.Combine(EnglishModel.Path, "tokens.txt"),
    };

    private static Option<string> Target()
    {
        var option = new Option<string>("--output", "-o") { Description = "The compiled model to write.", HelpName = "FILE", Required = true };
        CheckFolder(option);
        return option;
    }

    private static Option<int> CodeBits() => Whole("--bits", "Bits for each probability, 2 to 8.", 8, 2, 8);

    // before the minutes of work, not after
    private static void CheckFolder<T>(Option<T> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is { } path && Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            result.AddError($"{option.Name} {path}: there is no folder {folder}");
    });

    private static Option<int> Whole(string name, string description, int standard, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError($"{name} {text}: a whole number from {least} to {most} is expected");
            return standard;
        },
    };

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
