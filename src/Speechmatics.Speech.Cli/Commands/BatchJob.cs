using System.Globalization;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>
/// Transcribes what a folder holds and has no transcript yet. A recording that fails is reported and tried again by the next run; the others are done. Stopped at any moment it leaves whole transcripts only.
/// </summary>
internal sealed class BatchJob(ToolServices services, ErrorReport errors)
{
    public required string Folder { get; init; }

    public required string OutputFolder { get; init; }

    public required TranscriptFormat Format { get; init; }

    public required bool Overwrite { get; init; }

    public required int? Channel { get; init; }

    public required TranscriberSettings Settings { get; init; }

    private Terminal Terminal => services.Terminal;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Folder))
            throw new UsageException(File.Exists(Folder) ? $"{Folder} is a file: 'speech transcribe {Folder}' transcribes it" : $"{Folder}: no such folder");
        var plan = BatchPlan.Make(Folder, OutputFolder, TranscriptWriters.Extension(Format), Overwrite, Channel);
        foreach (var (folder, reason) in plan.Unreadable)
            errors.Report(folder, reason);
        if (plan.Pending.IsEmpty && plan.Finished == 0)
        {
            errors.Report(Folder, string.Create(CultureInfo.InvariantCulture, $"no recordings in this folder or below ({plan.OtherFiles} other files)"));
            return ExitCode.Failure;
        }

        var tally = new BatchTally(plan, services.Time);
        try
        {
            if (!plan.Pending.IsEmpty)
                await TranscribeAsync(plan, tally, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            tally.WriteSummary(Terminal.Out, interrupted: true);
            return ExitCode.Interrupted;
        }

        tally.WriteSummary(Terminal.Out, interrupted: false);
        return tally.Failed == 0 && plan.Unreadable.IsEmpty ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task TranscribeAsync(BatchPlan plan, BatchTally tally, CancellationToken cancellationToken)
    {
        // the pool's sessions are those that can be of use
        var settings = Settings with { Parallel = Math.Min(Settings.Parallel, plan.Pending.Length) };
        var transcriber = await services.CreateTranscriber(settings, cancellationToken).ConfigureAwait(false);
        await using var _ = transcriber.ConfigureAwait(false);
        tally.Start();

        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = cancellationToken };
        await ProgressDisplay.RunAsync(Terminal, visible: true, errors, async display =>
        {
            using var bar = display.Start(Folder);
            tally.Show(bar, Terminal.ErrorIsTerminal ? null : Terminal.Error);
            await Parallel.ForEachAsync(plan.Pending, options, async (item, token) =>
            {
                var progress = tally.Begin(item);
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(item.OutputPath))!);
                var whole = await TranscriptRun.WriteFileAsync(transcriber, item.Input, item.OutputPath, Format, errors, progress, token).ConfigureAwait(false);
                tally.End(progress, whole);
            }).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
