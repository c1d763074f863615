using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Benchmarks.MarkdownTable;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>flush --audio DIR</c>: from the call of <c>FlushAsync</c> at the end of an utterance of about 5 s, spoken at the speed of speech, to the final in the reader's hand, beside 1, 100 and half as many background
/// sessions as the pool holds, standard and enhanced.
/// </summary>
internal static class FlushTable
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse(
            "flush", arguments,
            ("--audio", BenchmarkModel.Samples), ("--enhanced-model", BenchmarkModel.Enhanced), ("--utterances", "100"), ("--probes", "4"), ("--background", "1,100,half"), ("--points", "standard,enhanced"),
            ("--capacity-standard", "0"), ("--capacity-enhanced", "0"), ("--stage-seconds", "15"), ("--utterance-seconds", "5"));
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        await using var enhanced = await EnhancedSpeechModel.LoadAsync(options.Text("--enhanced-model"));
        var table = new MarkdownTable(Console.Out, "operating point", "background sessions", "utterances", "final visible p50 ms", "p95 ms", "p99 ms", "without a word", "second passes skipped");
        foreach (var point in options.List("--points"))
        {
            var path = point == "enhanced" ? options.Text("--enhanced-model") : null;
            var settings = new LoadSettings
            {
                ModelPath = BenchmarkModel.Path,
                EnhancedModelPath = path,
                AudioFolder = options.Text("--audio"),
                Sessions = 20,
                Duration = TimeSpan.FromSeconds(options.Number("--stage-seconds") + 5),
            };
            var clips = await LoadClip.ReadAllAsync(settings.AudioFolder, settings.SampleRate, AudioEncoding.Pcm16, settings.Normalisation, CancellationToken.None);
            foreach (var background in options.List("--background"))
            {
                var count = background == "half" ? await HalfCapacityAsync(options.Whole($"--capacity-{point}")) : int.Parse(background, System.Globalization.CultureInfo.InvariantCulture);
                var spoken = clips.OrderBy(clip => Math.Abs((clip.Samples / (double)model.SampleRate) - options.Number("--utterance-seconds"))).Take(20).ToArray();
                var figures = await MeasureAsync(model, path is null ? null : enhanced, settings, clips, spoken, count, options.Whole("--utterances"), options.Whole("--probes"));
                table.Row(
                    point, $"{count}{(background == "half" ? " (half of the capacity)" : "")}", $"{figures.Lag.Count}", Cell(figures.Lag.Milliseconds(0.5)), Cell(figures.Lag.Milliseconds(0.95)), Cell(figures.Lag.Milliseconds(0.99)),
                    $"{figures.Wordless}", $"{figures.Skipped}");
            }

            async Task<int> HalfCapacityAsync(int given)
            {
                if (given > 0) return given / 2;
                return Math.Max(1, await CapacitySearch.FindAsync(settings.Sessions, async sessions =>
                {
                    var stage = settings with { Sessions = sessions };
                    var run = new LoadRun(model, path is null ? null : enhanced, stage, clips, TimeProvider.System) { Drain = false };
                    return CapacityStage.Judge(await run.RunAsync(CancellationToken.None), stage).Failure is null;
                }) / 2);
            }
        }

        return 0;
    }

    private static async Task<(LogHistogram Lag, int Wordless, long Skipped)> MeasureAsync(
        SpeechModel model, EnhancedSpeechModel? enhanced, LoadSettings settings, LoadClip[] clips, LoadClip[] spoken, int background, int utterances, int probes)
    {
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = background + probes }, TimeProvider.System, enhanced);
        using var driver = new LoadDriver(TimeProvider.System);
        var tally = new LoadTally();
        var others = new List<LoadSession>();
        await (await pool.OpenAsync(settings.SessionOptions)).DisposeAsync();
        driver.Start(0);
        try
        {
            for (var i = 0; i < background; i++)
            {
                var session = new LoadSession(await pool.OpenAsync(settings.SessionOptions), i, clips, settings, tally, TimeProvider.System);
                others.Add(session);
                driver.Add(session);
                await Task.Delay(TimeSpan.FromSeconds(1.28 / background));
            }

            await Task.Delay(TimeSpan.FromSeconds(3));
            var (lag, wordless, left) = (new LogHistogram(), 0, utterances);
            await Task.WhenAll(Enumerable.Range(0, probes).Select(async probe =>
            {
                await Task.Delay(TimeSpan.FromSeconds(5.0 * probe / probes));
                for (var number = probe; Interlocked.Decrement(ref left) >= 0; number += probes)
                {
                    var (latency, hasWords) = await SpeakAsync(pool, driver, settings, spoken[number % spoken.Length]);
                    lag.Record(latency);
                    if (!hasWords) Interlocked.Increment(ref wordless);
                }
            }));
            return (lag, wordless, pool.GetStatus().SkippedReadings);
        }
        finally
        {
            foreach (var session in others) await session.DisposeAsync();
        }
    }

    /// <summary>One utterance, forced to its end with its last sample; returns when its last words were there.</summary>
    private static async Task<(TimeSpan Latency, bool HasWords)> SpeakAsync(SessionPool pool, LoadDriver driver, LoadSettings settings, LoadClip clip)
    {
        var options = settings.SessionOptions;
        options.EndpointSilence = Timeout.InfiniteTimeSpan;
        options.Overrun = OverrunPolicy.Wait;
        await using var session = await pool.OpenAsync(options);
        var paced = new PacedClip(session, clip.Audio, settings.SampleRate, TimeProvider.System);
        var (asked, latest) = (0L, TimeSpan.Zero);
        var reading = Task.Run(async () =>
        {
            var hasWords = false;
            await foreach (var speechEvent in session.ReadEventsAsync())
            {
                var start = Interlocked.Read(ref asked);
                if (start == 0) continue;
                if (speechEvent is FinalTranscript) (latest, hasWords) = (TimeProvider.System.GetElapsedTime(start), true);
                if (speechEvent is not EndOfUtterance) continue;
                if (!hasWords) latest = TimeProvider.System.GetElapsedTime(start);
                return hasWords;
            }

            return hasWords;
        });
        driver.Add(paced);
        await paced.Played;
        Interlocked.Exchange(ref asked, TimeProvider.System.GetTimestamp());
        await session.FlushAsync();
        var words = await reading;
        return (latest, words);
    }
}
