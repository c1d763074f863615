using System.CommandLine;
using System.Globalization;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>What recognises, how, and how words are written: the options that <c>transcribe</c>, <c>batch</c> and <c>wer</c> share.</summary>
/// <param name="enhancedByDefault">Whether the second pass reads again where its model is installed and nothing else was asked for.</param>
internal sealed class RecognitionOptions(bool enhancedByDefault)
{
    private readonly Option<string> _model = CommonOptions.Model();

    private readonly Option<int?> _chunk = CommonOptions.ChunkMilliseconds();

    private readonly Option<TransducerHead> _head = CommonOptions.Head();

    private readonly Option<int?> _endpoint = CommonOptions.EndpointMilliseconds();

    private readonly Option<OperatingPoint?> _operatingPoint = CommonOptions.OperatingPoint(enhancedByDefault ? "enhanced where its model is installed" : "standard");

    private readonly Option<string> _enhancedModel = CommonOptions.EnhancedModel();

    private readonly Option<bool> _voiceActivity = CommonOptions.VoiceActivity();

    private readonly Option<string> _voiceActivityModel = CommonOptions.VoiceActivityModel();

    private readonly Option<int?> _beam = CommonOptions.Positive(new Option<int?>("--beam")
    {
        Description = "Hypotheses followed side by side, 1 to 16 (default: 1, greedy).",
        HelpName = "N",
    });

    private readonly Option<int?> _secondPassBeam = CommonOptions.Positive(new Option<int?>("--second-pass-beam")
    {
        Description = "Texts that the second pass follows side by side, 1 to 8 (default: 4; 1 is greedy and faster).",
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
        "--formatting", "How words are written: none as the model writes them; written with capitals, figures, dates and money (default: none).",
        ("none", TextFormatting.None), ("written", TextFormatting.Written));

    private readonly Option<bool> _removeDisfluencies = new("--remove-disfluencies") { Description = "Leave out fillers (\"um\") and slips (\"the the\"); --format json lists what was left out." };

    private readonly Option<bool> _maskProfanity = new("--mask-profanity") { Description = "Show only the first letter of swear words; --format json keeps the word as \"spoken\"." };

    public IEnumerable<Option> All =>
    [
        _operatingPoint, _formatting, _removeDisfluencies, _maskProfanity, _vocabulary, _confidence, _endpoint, _voiceActivity, _chunk, _beam, _secondPassBeam, _language, _weight, _head, _model, _enhancedModel,
        _voiceActivityModel,
    ];

    /// <summary>Whether the second pass reads again.</summary>
    public bool IsEnhanced(ParseResult parsed) => parsed.GetValue(_operatingPoint) switch
    {
        OperatingPoint.Standard => false,
        OperatingPoint.Enhanced => true,
        _ => enhancedByDefault && Directory.Exists(parsed.GetRequiredValue(_enhancedModel)),
    };

    /// <summary>The settings that were given.</summary>
    /// <exception cref="UsageException">Two of them do not go together.</exception>
    public TranscriberSettings Read(ParseResult parsed)
    {
        var enhanced = IsEnhanced(parsed);
        var beam = parsed.GetValue(_beam) ?? 1;
        if (beam > 16) throw new UsageException($"--beam {beam}: 1 to 16");
        var secondPassBeam = parsed.GetValue(_secondPassBeam) ?? SpeechRecognizer.EnhancedBeamSize;
        if (secondPassBeam > 8) throw new UsageException($"--second-pass-beam {secondPassBeam}: 1 to 8");
        var language = parsed.GetValue(_language);
        if ((language ?? (beam == 1 ? "none" : "")) == "none" && parsed.GetValue(_weight) is not null) throw new UsageException("--lm-weight goes with --lm or --beam");
        if (enhanced && parsed.GetValue(_confidence) == ConfidenceMeasure.TsallisEntropy)
            throw new UsageException("--confidence tsallis: the second pass has probabilities only; add --operating-point standard");
        return new TranscriberSettings
        {
            ModelPath = parsed.GetRequiredValue(_model),
            EnhancedModelPath = enhanced ? parsed.GetRequiredValue(_enhancedModel) : null,
            ChunkMilliseconds = parsed.GetValue(_chunk),
            Head = parsed.GetValue(_head),
            EndpointMilliseconds = parsed.GetValue(_endpoint),
            VoiceActivityModelPath = parsed.GetValue(_voiceActivity) ? parsed.GetRequiredValue(_voiceActivityModel) : null,
            BeamSize = beam,
            SecondPassBeamSize = secondPassBeam,
            LanguageModelPath = language == "none" ? null : language,
            LanguageModelWeight = language == "none" ? 0 : parsed.GetValue(_weight),
            VocabularyPath = parsed.GetValue(_vocabulary),
            Formatting = parsed.GetValue(_formatting),
            RemoveDisfluencies = parsed.GetValue(_removeDisfluencies),
            MaskProfanity = parsed.GetValue(_maskProfanity),
            Confidence = parsed.GetValue(_confidence),
        };
    }
}
