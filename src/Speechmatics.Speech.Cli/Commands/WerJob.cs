using System.Globalization;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Cli.Transcription;
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

    public required string? JsonPath { get; init; }

    private Terminal Terminal => services.Terminal;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var entries = ManifestEntry.ReadAll(Manifest);
        var texts = Hypotheses is null ? await TranscribeAsync(entries, cancellationToken).ConfigureAwait(false) : Match(entries, ManifestEntry.ReadAll(Hypotheses));

        var scores = new List<UtteranceScore>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
            if (texts[i] is { } text)
                scores.Add(UtteranceScore.Of(entries[i], text, Normalisation));

        var report = new ScoreReport(scores, Normalisation);
        foreach (var score in scores)
            if (Show == AlignmentsShown.All || (Show == AlignmentsShown.Errors && score.Counts.Errors > 0))
                AlignmentView.Write(score, Terminal);
        if (scores.Count > 0)
            ScoreTable.Write(report, Terminal);
        if (JsonPath is not null)
            ScoreJson.Write(report, JsonPath);

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

    private async Task<string?[]> TranscribeAsync(List<ManifestEntry> entries, CancellationToken cancellationToken)
    {
        var transcriber = await services.CreateTranscriber(Settings, cancellationToken).ConfigureAwait(false);
        await using var _ = transcriber.ConfigureAwait(false);

        var texts = new string?[entries.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Settings.Parallel, CancellationToken = cancellationToken };
        var started = services.Time.GetTimestamp();
        await ProgressDisplay.RunAsync(Terminal, visible: true, errors, display =>
            Parallel.ForEachAsync(entries.Index(), options, async (entry, token) =>
            {
                var input = new AudioInput { Name = Path.Combine(AudioFolder, entry.Item.Audio) };
                using var progress = display.Start(input.BaseName);
                texts[entry.Index] = await TranscribeAsync(transcriber, input, progress, token).ConfigureAwait(false);
            })).ConfigureAwait(false);

        WriteSpeed(entries.Index().Where(e => texts[e.Index] is not null).Select(e => e.Item.Seconds), services.Time.GetElapsedTime(started));
        return texts;
    }

    private async Task<string?> TranscribeAsync(ITranscriber transcriber, AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        var finals = new List<string>();
        try
        {
            await foreach (var speechEvent in transcriber.TranscribeAsync(input, progress, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (speechEvent is FinalTranscript final)
                    finals.Add(final.Text);
                else if (speechEvent is SessionNotice notice)
                    errors.Report(input.Name, notice.Message);
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or UsageException))
        {
            errors.Report(input.Name, exception);
            return null;
        }

        return string.Join(' ', finals);
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
