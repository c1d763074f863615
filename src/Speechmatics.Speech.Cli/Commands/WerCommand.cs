using System.CommandLine;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech wer</c>: the command line; <see cref="WerJob"/> does the work.</summary>
internal static class WerCommand
{
    public static Command Create(ToolServices services)
    {
        var manifest = new Option<string>("--manifest")
        {
            Description = "JSON lines {\"audio\", \"text\", \"seconds\"?, \"set\"?}: recordings and what is said in them.",
            HelpName = "FILE",
            Required = true,
        };
        var audio = new Option<string?>("--audio") { Description = "The folder of the recordings (default: the manifest's).", HelpName = "DIR" };
        var hypotheses = new Option<string?>("--hypotheses")
        {
            Description = "Score these transcripts, JSON lines {\"audio\", \"text\"}, instead of running the model.",
            HelpName = "FILE",
        };
        var recognition = new RecognitionOptions(enhancedByDefault: false);
        var parallel = CommonOptions.Parallel("one for each processor");
        var normalise = CommonOptions.Choice(
            "--normalise", "Forms made alike before comparing: case and punctuation, or also numbers, titles, contractions and spellings (default: standard; full when enhanced).",
            ("standard", Normalisation.Standard), ("full", Normalisation.Full));
        var show = CommonOptions.Choice(
            "--show", "Print alignments: of every recording, of those with errors, or none (default: none).",
            ("alignment", AlignmentsShown.All), ("errors", AlignmentsShown.Errors), ("none", AlignmentsShown.None));
        var calibration = new Option<string?>("--calibration")
        {
            Description = "Also tell how well the words' confidences fit: a table, and a plot into FILE (.svg or .html) where one is named.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<string?>("--json") { Description = "Also write the report to this file as JSON.", HelpName = "FILE" };

        var command = new CommandWithExamples(
            "wer",
            "Measure word error rates over recordings with known words.",
            "speech wer --manifest samples/audio/transcripts.jsonl",
            "speech wer --manifest samples/audio/transcripts.jsonl --chunk-ms 1280 --show errors",
            "speech wer --manifest samples/audio/transcripts.jsonl --confidence tsallis --calibration tsallis.svg",
            "speech wer --manifest references.jsonl --hypotheses transcripts.jsonl --normalise full --json report.json")
        {
            manifest, audio, hypotheses, normalise, show, calibration, json, parallel,
        };

        foreach (var option in recognition.All) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(hypotheses);
            if (given is not null)
            {
                foreach (Option option in (Option[])[audio, parallel, .. recognition.All])
                    if (parsed.GetResult(option) is { Implicit: false })
                        throw new UsageException($"--hypotheses runs no model, so {option.Name} does not go with it");
            }

            var calibrate = parsed.GetResult(calibration) is not null;
            var plot = parsed.GetValue(calibration);
            if (calibrate && given is not null)
                throw new UsageException("--calibration needs the words' confidences, which --hypotheses does not have");
            if (plot is not null && !CalibrationPlot.CanWrite(plot))
                throw new UsageException($"--calibration {plot}: the plot is written as .svg or .html");

            var enhanced = recognition.IsEnhanced(parsed);
            var path = parsed.GetRequiredValue(manifest);
            var job = new WerJob(services, new ErrorReport(services.Terminal.Error, parsed.GetValue(CommonOptions.Verbose)))
            {
                Manifest = path,
                AudioFolder = parsed.GetValue(audio) ?? Path.GetDirectoryName(path) ?? "",
                Hypotheses = given,
                Settings = recognition.Read(parsed) with { Parallel = parsed.GetValue(parallel) ?? Environment.ProcessorCount },
                // the second pass writes "20" and "Mr.": compared letter by letter that would be an error
                Normalisation = parsed.GetResult(normalise) is null && enhanced ? Normalisation.Full : parsed.GetValue(normalise),
                Show = parsed.GetValue(show),
                Calibrate = calibrate,
                CalibrationPath = plot,
                JsonPath = parsed.GetValue(json),
            };
            return job.RunAsync(cancellationToken);
        });
        return command;
    }
}
