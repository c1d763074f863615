using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Benchmarks.MarkdownTable;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>operating-points --audio DIR --output DIR</c>: word error rate of finals and of partials (each word as it stood on the screen one second after it was spoken), processor time for each second of audio, lag of
/// finals and sessions held for each core: standard, enhanced, and enhanced with refined partials, as one table and one plot. Recordings are played at the speed of speech, some at once.
/// </summary>
internal static class OperatingPointsTable
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse(
            "operating-points", arguments,
            ("--audio", BenchmarkModel.Samples), ("--output", "."), ("--enhanced-model", BenchmarkModel.Enhanced), ("--clips", "1000"), ("--at-once", "8"), ("--stage-seconds", "15"), ("--sessions", "20"));
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        await using var enhanced = await EnhancedSpeechModel.LoadAsync(options.Text("--enhanced-model"));
        var all = await LoadClip.ReadAllAsync(options.Text("--audio"), model.SampleRate, AudioEncoding.Pcm16, Normalisation.Full, CancellationToken.None);
        var clips = all.Where((_, i) => i % Math.Max(1, all.Length / options.Whole("--clips")) == 0).ToArray();
        Console.WriteLine(FormattableString.Invariant($"{clips.Length} recordings, {clips.Sum(clip => clip.Words.Count)} words, {clips.Sum(clip => clip.Samples) / (double)model.SampleRate:0} s, {options.Whole("--at-once")} played at once; {Environment.ProcessorCount} cores\n"));
        var table = new MarkdownTable(
            Console.Out, "operating point", "WER of finals %", "WER of partials %", "processor ms / s of audio", "lag of finals p50 ms", "p95 ms", "second passes skipped", "sessions held", "for each core");
        var points = new List<OperatingPointFigures>();
        foreach (var (name, path, refine) in new[] { ("standard", null, false), ("enhanced", options.Text("--enhanced-model"), false), ("enhanced, refined partials", options.Text("--enhanced-model"), true) })
        {
            var settings = new LoadSettings
            {
                ModelPath = BenchmarkModel.Path,
                EnhancedModelPath = path,
                RefinePartials = refine,
                AudioFolder = options.Text("--audio"),
                Sessions = options.Whole("--sessions"),
                Duration = TimeSpan.FromSeconds(options.Number("--stage-seconds") + 5),
            };
            var figures = await PlayAsync(name, model, enhanced, settings, clips, options.Whole("--at-once"));
            if (options.Number("--stage-seconds") > 0)
                figures = figures with { SessionsHeld = await CapacitySearch.FindAsync(settings.Sessions, sessions => HoldsAsync(model, path is null ? null : enhanced, settings with { Sessions = sessions }, clips)) };
            table.Row(
                name, Cell(100 * figures.Finals.Rate, "0.0"), Cell(100 * figures.Partials.Rate, "0.0"), Cell(figures.ProcessorMilliseconds, "0.0"), Cell(figures.FinalLag.Milliseconds(0.5)), Cell(figures.FinalLag.Milliseconds(0.95)),
                $"{figures.Skipped}", Cell(figures.SessionsHeld), Cell((double?)figures.SessionsHeld / Environment.ProcessorCount, "0.0"));
            points.Add(figures);
        }

        var file = Path.Combine(options.Text("--output"), "operating-points.svg");
        await File.WriteAllTextAsync(file, Plot(points));
        Console.WriteLine($"\nplot: {file}");
        return 0;
    }

    /// <summary>Errors against what they cost.</summary>
    public static string Plot(IReadOnlyList<OperatingPointFigures> points)
    {
        var plot = new SvgPlot("Word errors against compute", "processor time for each second of audio, ms", "word error rate, %")
            .Line("partials after one second", 1, points.Select(point => (point.ProcessorMilliseconds, 100 * point.Partials.Rate)), dots: true)
            .Line("finals", 0, points.Select(point => (point.ProcessorMilliseconds, 100 * point.Finals.Rate)), dots: true);
        for (var i = 0; i < points.Count; i++) plot.Note(points[i].ProcessorMilliseconds, 100 * (points[i].Finals.Rate ?? 0), points[i].Name, below: i == 1);
        return plot.RenderFile();
    }

    private static async Task<OperatingPointFigures> PlayAsync(string name, SpeechModel model, EnhancedSpeechModel enhanced, LoadSettings settings, LoadClip[] clips, int atOnce)
    {
        await using var pool = new SessionPool(model, enhanced, new SessionPoolOptions { MaxSessions = atOnce });
        using var driver = new LoadDriver(TimeProvider.System);
        driver.Start(0);
        var lag = new LogHistogram();
        var (finals, partials) = (new ErrorCounts[clips.Length], new ErrorCounts[clips.Length]);
        await (await pool.OpenAsync(settings.SessionOptions)).DisposeAsync();
        var before = Environment.CpuUsage.TotalTime;
        await Parallel.ForEachAsync(Enumerable.Range(0, clips.Length), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, cancellationToken) =>
        {
            await using var session = await pool.OpenAsync(settings.SessionOptions, cancellationToken);
            var paced = new PacedClip(session, clips[i].Audio, model.SampleRate, TimeProvider.System);
            var screen = new ScreenTranscript(Age);
            var words = new List<string>();
            driver.Add(paced);
            var reading = Task.Run(ReadAsync, cancellationToken);
            await paced.Played;
            session.Complete();
            await reading;
            screen.End();
            finals[i] = Score(clips[i], words);
            partials[i] = Score(clips[i], screen.Words);

            async Task ReadAsync()
            {
                await foreach (var speechEvent in session.ReadEventsAsync(cancellationToken))
                {
                    screen.Show(speechEvent, TimeProvider.System.GetElapsedTime(paced.Start));
                    if (speechEvent is not FinalTranscript final) continue;
                    lag.Record(TimeProvider.System.GetElapsedTime(session.LastArrival));
                    words.AddRange(final.Words.Select(word => word.Text));
                }
            }
        });
        var audio = clips.Sum(clip => clip.Samples) / (double)model.SampleRate;
        return new OperatingPointFigures
        {
            Name = name,
            Finals = Sum(finals),
            Partials = Sum(partials),
            ProcessorMilliseconds = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / audio,
            FinalLag = lag,
            Skipped = pool.GetStatus().SkippedReadings,
        };
    }

    private static async Task<bool> HoldsAsync(SpeechModel model, EnhancedSpeechModel? enhanced, LoadSettings stage, LoadClip[] clips)
    {
        // the pool's clips: enhanced words are compared in full normalisation either way
        var run = new LoadRun(model, enhanced, stage, clips, TimeProvider.System) { Drain = false };
        return CapacityStage.Judge(await run.RunAsync(CancellationToken.None), stage).Failure is null;
    }

    private static ErrorCounts Score(LoadClip clip, IEnumerable<string> words) =>
        ErrorCounts.Of(WordAligner.Align(clip.Words, TextNormaliser.Words(string.Join(' ', words), clip.Normalisation)));

    private static ErrorCounts Sum(ErrorCounts[] counts) => counts.Aggregate(default(ErrorCounts), (sum, one) => sum + one);
}
