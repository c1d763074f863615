using System.CommandLine;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Models.VoiceActivity;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>Options that several commands share; an option belongs to one command line, so each command makes its own.</summary>
internal static class CommonOptions
{
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show stack traces with errors.", Recursive = true };

    public static Option<string> Model() => new("--model")
    {
        Description = "The model's folder.",
        HelpName = "PATH",
        DefaultValueFactory = _ => EnglishModel.Path,
    };

    public static Option<int?> ChunkMilliseconds() => Positive(new Option<int?>("--chunk-ms")
    {
        Description = "Audio recognised at a time, in ms: small answers sooner, large errs less ('speech model inspect' lists the sizes).",
        HelpName = "N",
    });

    public static Option<TransducerHead> Head() => Choice(
        "--head", "The decoding head (default: tdt).", ("tdt", TransducerHead.Tdt), ("rnnt", TransducerHead.Rnnt));

    public static Option<int?> EndpointMilliseconds() => Positive(new Option<int?>("--endpoint-ms")
    {
        Description = "Silence after a word that ends an utterance, in ms.",
        HelpName = "N",
    });

    public static Option<OperatingPoint?> OperatingPoint(string defaultWord) => Choice<OperatingPoint?>(
        "--operating-point",
        $"standard: the streaming model alone; enhanced: each utterance is read again by a second model (default: {defaultWord}).",
        ("standard", Sessions.OperatingPoint.Standard),
        ("enhanced", Sessions.OperatingPoint.Enhanced));

    public static Option<bool> VoiceActivity() => new("--vad")
    {
        Description = "Hear where somebody speaks: no words on noise, and speech that gave none is decoded again.",
    };

    public static Option<string> VoiceActivityModel() => new("--vad-model")
    {
        Description = "The folder of the voice activity model.",
        HelpName = "PATH",
        DefaultValueFactory = _ => SileroVoiceActivityModel.Path,
    };

    public static Option<string> EnhancedModel() => new("--enhanced-model")
    {
        Description = "The folder of the second pass's model.",
        HelpName = "PATH",
        DefaultValueFactory = _ => EnhancedEnglishModel.Path,
    };

    public static Option<TranscriptFormat> Format() => Choice(
        "--format", "How transcripts are written (default: text).",
        ("text", TranscriptFormat.Text), ("json", TranscriptFormat.Json), ("srt", TranscriptFormat.Srt), ("vtt", TranscriptFormat.Vtt), ("ctm", TranscriptFormat.Ctm));

    public static Option<int?> Channel() => Positive(new Option<int?>("--channel")
    {
        Description = "The channel to recognise, from 1 (default: all mixed).",
        HelpName = "N",
    });

    public static Option<int?> Parallel(string defaultWord) => Positive(new Option<int?>("--parallel")
    {
        Description = $"Recordings transcribed at once (default: {defaultWord}).",
        HelpName = "N",
    });

    /// <summary>An option with a fixed set of words; <c>default(T)</c> when it is not given.</summary>
    public static Option<T?> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Select(c => c.Word)),
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                foreach (var choice in choices)
                    if (string.Equals(choice.Word, word, StringComparison.OrdinalIgnoreCase))
                        return choice.Value;
                result.AddError($"{name} {word}: one of {string.Join(", ", choices.Select(c => c.Word))}");
                return default;
            },
        };
        option.CompletionSources.Add(_ => choices.Select(c => new System.CommandLine.Completions.CompletionItem(c.Word)));
        return option;
    }

    /// <summary>Refuses zero, negative numbers and what is no number, in the tool's own words.</summary>
    public static Option<int?> Positive(Option<int?> option)
    {
        option.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value > 0)
                return value;
            result.AddError($"{option.Name} {text}: a whole number above 0 is expected");
            return null;
        };
        return option;
    }
}
