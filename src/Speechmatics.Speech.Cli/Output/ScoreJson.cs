using System.Text.Encodings.Web;
using System.Text.Json;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// A score report as JSON:
/// <code>
/// {
///   "normalisation": "standard" | "full"
///   "all":  { "wer": number or null, "errors", "words", "substitutions", "insertions", "deletions", "files", "filesWithErrors": integer }
///   "sets": { name: as "all" }
///   "calibration": { "words": integer, "expectedError": number, "normalisedCrossEntropy", "areaUnderCurve": number or null,
///                    "bins": [ { "from", "to", "words", "confidence", "right" } ] }    with --calibration only
///   "utterances": [ { "audio", "set": string or null, "reference", "hypothesis": string (as read), "wer", "errors", …: as "all",
///                     "alignment": [ { "ref": string or null, "hyp": string or null } ] (normalised words) } ]
/// }
/// </code>
/// <c>wer</c> is errors for each reference word, so 0.25 is 25 %; null where there are no reference words.
/// </summary>
internal static class ScoreJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ScoreReport report, CalibrationReport? calibration, string path)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("normalisation", report.Normalisation == Normalisation.Full ? "full" : "standard");
        json.WriteStartObject("all");
        WriteGroup(json, report.All);
        json.WriteEndObject();
        json.WriteStartObject("sets");
        foreach (var set in report.Sets)
        {
            json.WriteStartObject(set.Name);
            WriteGroup(json, set);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (calibration is not null)
            WriteCalibration(json, calibration);
        json.WriteStartArray("utterances");
        foreach (var utterance in report.Utterances)
            WriteUtterance(json, utterance);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter json, GroupScore group)
    {
        WriteCounts(json, group.Counts);
        json.WriteNumber("files", group.Utterances);
        json.WriteNumber("filesWithErrors", group.UtterancesWithErrors);
    }

    private static void WriteCalibration(Utf8JsonWriter json, CalibrationReport calibration)
    {
        json.WriteStartObject("calibration");
        json.WriteNumber("words", calibration.Words.Count);
        json.WriteNumber("expectedError", Math.Round(calibration.ExpectedError, 6));
        WriteNumberOrNull(json, "normalisedCrossEntropy", calibration.NormalisedCrossEntropy);
        WriteNumberOrNull(json, "areaUnderCurve", calibration.AreaUnderCurve);
        json.WriteStartArray("bins");
        foreach (var bin in calibration.Bins)
        {
            json.WriteStartObject();
            json.WriteNumber("from", bin.From);
            json.WriteNumber("to", bin.To);
            json.WriteNumber("words", bin.Words);
            json.WriteNumber("confidence", Math.Round(bin.Confidence, 6));
            json.WriteNumber("right", Math.Round(bin.Right, 6));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumberOrNull(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, Math.Round(number, 6));
        else
            json.WriteNull(name);
    }

    private static void WriteUtterance(Utf8JsonWriter json, UtteranceScore utterance)
    {
        json.WriteStartObject();
        json.WriteString("audio", utterance.Entry.Audio);
        json.WriteString("set", utterance.Entry.Set);
        json.WriteString("reference", utterance.Entry.Text);
        json.WriteString("hypothesis", utterance.Hypothesis);
        WriteCounts(json, utterance.Counts);
        json.WriteStartArray("alignment");
        foreach (var word in utterance.Alignment)
        {
            json.WriteStartObject();
            json.WriteString("ref", word.Reference);
            json.WriteString("hyp", word.Hypothesis);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, ErrorCounts counts)
    {
        WriteNumberOrNull(json, "wer", counts.Rate);
        json.WriteNumber("errors", counts.Errors);
        json.WriteNumber("words", counts.ReferenceWords);
        json.WriteNumber("substitutions", counts.Substitutions);
        json.WriteNumber("insertions", counts.Insertions);
        json.WriteNumber("deletions", counts.Deletions);
    }
}
