using System.Globalization;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>
/// Scores a manifest, either against given transcripts or by running the model. A recording without a transcript is reported, left out of the rates and makes the
/// command fail at its end.
/// </summary>
internal sealed class WerJob(ToolServices services, ErrorReport errors)
{
    public required string Manifest { get; init; }

    public required string AudioFolder { get; init; }

    public required string? Hypotheses { get; init; }

    public required TranscriberSettings Settings { get; init; }

    public required Normalisation Normalisation { get; init; }

    public required AlignmentsShown Show { get; init; }

    /// <summary>Whether confidences are reported too.</summary>
    public required bool Calibrate { get; init; }

    /// <summary>Where the reliability curve goes; null for nowhere.</summary>
    public required string? CalibrationPath { get; init; }

    public required string? JsonPath { get; init; }

    private string ConfidenceName => Settings.EnhancedModelPath is not null ? "probability, second pass"
        : Settings.Confidence == ConfidenceMeasure.TsallisEntropy ? "Tsallis' entropy" : "probability";

    private Terminal Terminal => services.Terminal;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var entries = ManifestEntry.ReadAll(Manifest);
        var words = Hypotheses is null ? await TranscribeAsync(entries, cancellationToken).ConfigureAwait(false) : null;
        var texts = words?.Select(w => w is null ? null : string.Join(' ', w.Select(word => word.Text))).ToArray() ?? Match(entries, ManifestEntry.ReadAll(Hypotheses!));

        var scores = new List<UtteranceScore>(entries.Count);
        var judged = new List<IReadOnlyList<JudgedWord>>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (texts[i] is not { } text)
                continue;
            scores.Add(UtteranceScore.Of(entries[i], text, Normalisation));
            if (Calibrate)
                judged.Add([.. WordJudge.Judge(scores[^1].Alignment, words![i]!, Normalisation)]);
        }

        var report = new ScoreReport(scores, Normalisation);
        foreach (var score in scores)
            if (Show == AlignmentsShown.All || (Show == AlignmentsShown.Errors && score.Counts.Errors > 0))
                AlignmentView.Write(score, Terminal);
        if (scores.Count > 0)
            ScoreTable.Write(report, Terminal);
        var calibration = Calibrate ? CalibrationReport.Of(judged) : null;
        if (calibration is not null)
            CalibrationTable.Write(calibration, ConfidenceName, Terminal);
        if (CalibrationPath is not null)
            CalibrationPlot.Write(calibration!, ConfidenceName, CalibrationPath);
        if (JsonPath is not null)
            ScoreJson.Write(report, calibration, JsonPath);

        if (scores.Count == entries.Count)
            return ExitCode.Success;
        errors.Report(null, string.Create(CultureInfo.InvariantCulture, $"{entries.Count - scores.Count} of {entries.Count} recordings are not in these rates"));
        return ExitCode.Failure;
    }

    private string?[] Match(List<ManifestEntry> entries, List<ManifestEntry> hypotheses)
    {
        var byAudio = hypotheses.ToDictionary(h => h.Audio, h => h.Text, StringComparer.Ordinal);
        var texts = new string?[entries.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (byAudio.Remove(entries[i].Audio, out var text))
                texts[i] = text;
            else
                errors.Report(entries[i].Audio, $"no transcript in {Hypotheses}");
        }

        foreach (var audio in byAudio.Keys)
            errors.Report(audio, $"not in {Manifest}, so its transcript is not scored");
        return texts;
    }

    private async Task<IReadOnlyList<RecognizedWord>?[]> TranscribeAsync(List<ManifestEntry> entries, CancellationToken cancellationToken)
    {
        var transcriber = await services.CreateTranscriber(Settings, cancellationToken).ConfigureAwait(false);
        await using var _ = transcriber.ConfigureAwait(false);

        var words = new IReadOnlyList<RecognizedWord>?[entries.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Settings.Parallel, CancellationToken = cancellationToken };
        var started = services.Time.GetTimestamp();
        await ProgressDisplay.RunAsync(Terminal, visible: true, errors, display =>
            Parallel.ForEachAsync(entries.Index(), options, async (entry, token) =>
            {
                var input = new AudioInput { Name = Path.Combine(AudioFolder, entry.Item.Audio) };
                using var progress = display.Start(input.BaseName);
                words[entry.Index] = await TranscribeAsync(transcriber, input, progress, token).ConfigureAwait(false);
            })).ConfigureAwait(false);

        WriteSpeed(entries.Index().Where(e => words[e.Index] is not null).Select(e => e.Item.Seconds), services.Time.GetElapsedTime(started));
        return words;
    }

    private async Task<IReadOnlyList<RecognizedWord>?> TranscribeAsync(ITranscriber transcriber, AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        var words = new List<RecognizedWord>();
        try
        {
            await foreach (var speechEvent in transcriber.TranscribeAsync(input, progress, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (speechEvent is FinalTranscript final)
                    words.AddRange(final.Words);
                else if (speechEvent is SessionNotice notice)
                    errors.Report(input.Name, notice.Message);
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or UsageException))
        {
            errors.Report(input.Name, exception);
            return null;
        }

        return words;
    }

    private void WriteSpeed(IEnumerable<double?> lengths, TimeSpan elapsed)
    {
        var seconds = 0.0;
        foreach (var length in lengths)
        {
            if (length is null)
                return;
            seconds += length.Value;
        }

        Terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{seconds:0.0} s of audio in {elapsed.TotalSeconds:0.0} s ({seconds / Math.Max(elapsed.TotalSeconds, 1e-3):0.0} x real time)"));
    }
}
