using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// A bar for each recording in work, on standard error. Nothing is shown when standard error is no terminal, or when the results themselves go to the terminal.
/// </summary>
internal sealed class ProgressDisplay
{
    private readonly ProgressContext? _context;

    private ProgressDisplay(ProgressContext? context) => _context = context;

    /// <summary>Runs <paramref name="work"/> with a display where <paramref name="visible"/>; messages wait until the bars are gone.</summary>
    public static async Task RunAsync(Terminal terminal, bool visible, ErrorReport errors, Func<ProgressDisplay, Task> work)
    {
        if (!visible || !terminal.ErrorIsTerminal)
        {
            await work(new ProgressDisplay(null)).ConfigureAwait(false);
            return;
        }

        errors.Hold();
        try
        {
            await terminal.ErrorConsole.Progress()
                .AutoClear(true)
                .HideCompleted(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new AudioTimeColumn(), new RemainingTimeColumn())
                .StartAsync(context => work(new ProgressDisplay(context))).ConfigureAwait(false);
        }
        finally
        {
            errors.Release();
        }
    }

    /// <summary>Adds a bar; null when there is no display.</summary>
    public FileProgress? Start(string name) => _context is null ? null : new FileProgress(_context.AddTask(Markup.Escape(name), autoStart: true, maxValue: 1));

    /// <summary>The bar of one recording. Without a known length it shows only that work goes on, and how far.</summary>
    public sealed class FileProgress : IProgress<TranscriptionProgress>, IDisposable
    {
        private readonly ProgressTask _task;

        internal FileProgress(ProgressTask task)
        {
            _task = task;
            _task.IsIndeterminate = true;
        }

        public void Report(TranscriptionProgress value)
        {
            _task.State.Update<TimeSpan>(AudioTimeColumn.Key, _ => value.Done);
            if (value.Total is not { } total || total <= TimeSpan.Zero)
                return;
            _task.IsIndeterminate = false;
            _task.MaxValue = total.TotalSeconds;
            _task.Value = value.Done.TotalSeconds;
        }

        /// <summary>For a bar that stands for more than a recording.</summary>
        public void Report(string description, TimeSpan audio, double share)
        {
            _task.Description = Markup.Escape(description);
            _task.State.Update<TimeSpan>(AudioTimeColumn.Key, _ => audio);
            _task.IsIndeterminate = false;
            _task.Value = share;
        }

        public void Dispose() => _task.StopTask();
    }

    private sealed class AudioTimeColumn : ProgressColumn
    {
        public const string Key = "audio";

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.State.Get<TimeSpan>(Key) is var time ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}") : "");
    }
}
