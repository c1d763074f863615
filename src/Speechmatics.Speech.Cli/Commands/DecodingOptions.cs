using System.CommandLine;
using System.Globalization;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>How words are searched for: options that <c>transcribe</c> and <c>wer</c> share.</summary>
internal sealed class DecodingOptions
{
    private readonly Option<int?> _beam = CommonOptions.Positive(new Option<int?>("--beam")
    {
        Description = "Hypotheses followed side by side, 1 to 16 (default: 1, greedy).",
        HelpName = "N",
    });

    private readonly Option<string?> _language = new("--lm")
    {
        Description = "A compiled language model, or none (default: with --beam the model's own, else none).",
        HelpName = "PATH",
    };

    private readonly Option<float?> _weight = new("--lm-weight")
    {
        Description = "How much the language model counts, 0 to 2.",
        HelpName = "X",
        CustomParser = result =>
        {
            if (float.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight is >= 0 and <= 2) return weight;
            result.AddError($"--lm-weight {result.Tokens[0].Value}: a number from 0 to 2 is expected");
            return null;
        },
    };

    private readonly Option<string?> _vocabulary = new("--vocabulary")
    {
        Description = "Phrases to expect, one a line; after tabs a weight and how it is said.",
        HelpName = "FILE",
    };

    private readonly Option<ConfidenceMeasure> _confidence = CommonOptions.Choice(
        "--confidence", "What a word's confidence is (default: probability).",
        ("probability", ConfidenceMeasure.Probability), ("tsallis", ConfidenceMeasure.TsallisEntropy));

    private readonly Option<TextFormatting> _formatting = CommonOptions.Choice(
        "--formatting", "How words are written: none as said, written with capitals and figures (default: none).",
        ("none", TextFormatting.None), ("written", TextFormatting.Written));

    public IEnumerable<Option> All => [_beam, _language, _weight, _vocabulary, _confidence, _formatting];

    /// <summary>The settings with what was given.</summary>
    public TranscriberSettings Apply(ParseResult parsed, TranscriberSettings settings)
    {
        var beam = parsed.GetValue(_beam) ?? 1;
        if (beam > 16) throw new UsageException($"--beam {beam}: 1 to 16");
        var language = parsed.GetValue(_language);
        if ((language ?? (beam == 1 ? "none" : "")) == "none" && parsed.GetValue(_weight) is not null) throw new UsageException("--lm-weight goes with --lm or --beam");
        return settings with
        {
            BeamSize = beam,
            LanguageModelPath = language == "none" ? null : language,
            LanguageModelWeight = language == "none" ? 0 : parsed.GetValue(_weight),
            VocabularyPath = parsed.GetValue(_vocabulary),
            Formatting = parsed.GetValue(_formatting),
            Confidence = parsed.GetValue(_confidence),
        };
    }
}
