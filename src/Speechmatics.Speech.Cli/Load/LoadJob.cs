using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>The work of <c>speech load</c>: baseline, load, baseline, reference, report.</summary>
internal sealed class LoadJob(ToolServices services, LoadSettings settings)
{
    private readonly TimeProvider _clock = services.Time;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var model = await SpeechModel.LoadAsync(settings.ModelPath, ct: cancellationToken).ConfigureAwait(false);
        await using var _ = model.ConfigureAwait(false);
        var enhanced = settings.EnhancedModelPath is { } path ? await EnhancedSpeechModel.LoadAsync(path, ct: cancellationToken).ConfigureAwait(false) : null;
        try
        {
            return await RunAsync(model, enhanced, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (enhanced is not null) await enhanced.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<int> RunAsync(SpeechModel model, EnhancedSpeechModel? enhanced, CancellationToken cancellationToken)
    {
        try
        {
            settings.SessionOptions.Validate(new SessionEngine(model, _clock, enhanced));
            settings.PoolOptions.Validate();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new UsageException(exception.Message.ReplaceLineEndings(" "));
        }

        var clips = await LoadClip.ReadAllAsync(settings.AudioFolder, settings.SampleRate, settings.Encoding, settings.Normalisation, cancellationToken).ConfigureAwait(false);

        LoadReport report = null!;
        await LoadDisplay.RunAsync(services.Terminal, settings.IsEnhanced, async display => report = await MeasureAsync(model, enhanced, clips, display, cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);

        LoadSummary.Write(report, services.Terminal);
        foreach (var failure in report.Result.Failures.Take(10)) services.Terminal.Error.WriteLine($"speech: {failure}");
        if (settings.JsonPath is { } json) LoadReportJson.Write(report, json);
        if (settings.HtmlPath is { } html) await File.WriteAllTextAsync(html, LoadReportHtml.Write(report), cancellationToken).ConfigureAwait(false);
        return report.Failed ? ExitCode.Failure : ExitCode.Success;
    }

    private async Task<LoadReport> MeasureAsync(SpeechModel model, EnhancedSpeechModel? enhanced, LoadClip[] clips, LoadDisplay display, CancellationToken cancellationToken)
    {
        display.Begin("measuring the bare encoder");
        var before = settings.FindCapacity ? null : await BaselineAsync().ConfigureAwait(false);
        var after = before;

        var stages = new List<CapacityStage>();
        int? capacity = null;
        LoadResult result;
        if (settings.FindCapacity)
        {
            // what a process does once, compiling above all, must not cost the first stage its capacity
            display.Begin("warming up");
            var warmUp = settings with { Sessions = Math.Max(1, settings.Sessions / 2), Pattern = LoadPattern.Steady, Duration = TimeSpan.FromSeconds(Math.Min(6, settings.StageDuration.TotalSeconds)) };
            await new LoadRun(model, enhanced, warmUp, clips, _clock) { Sampled = display.Show, Drain = false }.RunAsync(cancellationToken).ConfigureAwait(false);
            after = before = await BaselineAsync().ConfigureAwait(false);
            capacity = await CapacitySearch.FindAsync(settings.Sessions, HoldsAsync).ConfigureAwait(false);
            stages.Sort((a, b) => a.Sessions.CompareTo(b.Sessions));
            var best = stages.Find(stage => stage.Sessions == capacity) ?? stages[^1];
            result = best.Result;
            if (best.Baselines is { } around) (before, after) = (around.Before, around.After);
        }
        else
        {
            display.Begin(FormattableString.Invariant($"{settings.PeakSessions} sessions for {settings.Duration.TotalSeconds:0.#} s"));
            result = await new LoadRun(model, enhanced, settings, clips, _clock) { Sampled = display.Show }.RunAsync(cancellationToken).ConfigureAwait(false);
            display.Begin("measuring the bare encoder again");
            after = await BaselineAsync().ConfigureAwait(false);
        }

        ReferenceRun? reference = null;
        if (settings.Reference)
        {
            display.Begin("recognising some sessions alone");
            reference = await ReferenceRun.RunAsync(model, enhanced, settings, clips, result.Sessions, _clock, cancellationToken).ConfigureAwait(false);
        }

        return new LoadReport
        {
            Settings = settings,
            ModelName = model.Name,
            ModelHash = model.ContentHash,
            EnhancedModelName = enhanced?.Name,
            EnhancedModelHash = enhanced?.ContentHash,
            BaselineBefore = before,
            BaselineAfter = after,
            Result = result,
            Reference = reference,
            Stages = stages,
            Capacity = capacity,
        };

        async Task<EncoderBaseline?> BaselineAsync()
        {
            if (settings.BaselineDuration <= TimeSpan.Zero) return null;
            var chunk = settings.Chunk is { } pinned ? Sessions.SessionOptions.ChunkFrames(model.Layout, pinned)!.Value : model.Layout.ChunkFrames[^1];
            return await EncoderBaseline.MeasureAsync(model, chunk, settings, clips, settings.BaselineDuration, _clock, cancellationToken).ConfigureAwait(false);
        }

        async Task<bool> HoldsAsync(int sessions)
        {
            var stage = settings with
            {
                Sessions = sessions,
                Pattern = LoadPattern.Steady,

                // the warm-up comes on top
                Duration = settings.StageDuration + TimeSpan.FromSeconds(Math.Min(5, settings.StageDuration.TotalSeconds / 3)),
            };
            display.Begin(FormattableString.Invariant($"stage {stages.Count + 1}: {sessions} sessions"));
            var run = new LoadRun(model, enhanced, stage, clips, _clock) { Sampled = display.Show, Drain = settings.Reference };
            var judged = CapacityStage.Judge(await run.RunAsync(cancellationToken).ConfigureAwait(false), stage);
            var previous = after;
            after = await BaselineAsync().ConfigureAwait(false);
            stages.Add(judged with { Baselines = after is null ? null : (previous!, after) });
            return judged.Failure is null;
        }
    }
}
