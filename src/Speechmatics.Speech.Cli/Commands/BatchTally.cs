using System.Globalization;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>How far a batch is: shown on a bar, or as a line now and then where there is no terminal, and summed up at the end. Thread-safe.</summary>
internal sealed class BatchTally(BatchPlan plan, TimeProvider time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly long _bytes = Math.Max(1, plan.Pending.Sum(item => item.Bytes));
    private ProgressDisplay.FileProgress? _bar;
    private TextWriter? _log;
    private long _started = time.GetTimestamp();
    private TimeSpan _logged;
    private TimeSpan _audio;
    private double _bytesDone;
    private int _done;

    public int Failed { get; private set; }

    private TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>The model is loaded: from here on counts for the speed.</summary>
    public void Start() => _started = time.GetTimestamp();

    public void Show(ProgressDisplay.FileProgress? bar, TextWriter? log) => (_bar, _log) = (bar, log);

    public Recording Begin(BatchItem item) => new(this, item.Bytes);

    public void End(Recording recording, bool whole)
    {
        lock (_lock)
        {
            recording.Advance(recording.Audio, 1);
            if (whole) _done++;
            else Failed++;
            Tell();
            if (_log is null || Elapsed - _logged < LogInterval || _done + Failed == plan.Pending.Length)
                return;
            _logged = Elapsed;
            _log.WriteLine($"speech: {Progress()}");
        }
    }

    public void WriteSummary(TextWriter output, bool interrupted)
    {
        var left = plan.Pending.Length - _done - Failed;
        output.WriteLine(Text($"{_done} transcribed, {plan.Finished} already there, {Failed} failed{(left > 0 ? Text($", {left} left") : "")}"));
        if (_audio > TimeSpan.Zero)
            output.WriteLine(Text($"{Duration(_audio)} of audio in {Duration(Elapsed)}, {Speed():0.0} x real time"));
        if (plan.OtherFiles > 0)
            output.WriteLine(Text($"files passed over, since their names are not those of recordings: {plan.OtherFiles}"));
        if (interrupted)
            output.WriteLine("interrupted: the same command goes on where this one stopped");
        else if (Failed > 0)
            output.WriteLine("the same command tries again what failed");
    }

    private string Progress() => Text($"{_done + Failed} of {plan.Pending.Length}, {Duration(_audio)} of audio, {Speed():0.0} x real time{(Failed > 0 ? Text($", {Failed} failed") : "")}");

    private void Tell() => _bar?.Report(Text($"{_done + Failed} of {plan.Pending.Length}, {Speed():0} x real time"), _audio, _bytesDone / _bytes);

    private double Speed() => _audio.TotalSeconds / Math.Max(1e-3, Elapsed.TotalSeconds);

    private static string Duration(TimeSpan span) => Text($"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>One recording's part.</summary>
    internal sealed class Recording(BatchTally owner, long bytes) : IProgress<TranscriptionProgress>
    {
        private double _share;

        public TimeSpan Audio { get; private set; }

        public void Report(TranscriptionProgress value)
        {
            lock (owner._lock)
            {
                Advance(value.Done, value.Total is { } total && total > TimeSpan.Zero ? Math.Min(1, value.Done / total) : _share);
                owner.Tell();
            }
        }

        public void Advance(TimeSpan audio, double share)
        {
            owner._audio += audio - Audio;
            owner._bytesDone += (share - _share) * bytes;
            (Audio, _share) = (audio, share);
        }
    }
}
