using System.Diagnostics;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Benchmarks.MarkdownTable;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>engine --audio DIR</c>: the engine around the encoder. Its share by number of sessions, capacity by chunk and workers, the share of the bare encoder's sessions held, state in place against gathered state and batches of one, memory for each session, opening and
/// closing. Where a machine cannot hold the sessions at the speed of speech, they send more slowly; the tables say how fast.
/// </summary>
internal static class EngineTable
{
    /// <summary>Sessions send so fast that this share of the bare encoder's throughput is used, at most at the speed of speech.</summary>
    private const double TargetShare = 0.6;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse(
            "engine", arguments,
            ("--audio", BenchmarkModel.Samples), ("--parts", "share,state,capacity,memory,open"), ("--sessions", "1,50,500,2000"), ("--seconds", "20"), ("--rounds", "2"), ("--held-percent", "90"), ("--held-chunk", "640"), ("--stage-seconds", "12"), ("--chunks", "160,320,640,1280"),
            ("--workers", string.Join(',', Enumerable.Range(1, Environment.ProcessorCount))), ("--cycles", "10000"), ("--open-sessions", "1000"));
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        var settings = new LoadSettings { ModelPath = BenchmarkModel.Path, AudioFolder = options.Text("--audio"), Sessions = 1, Duration = TimeSpan.FromSeconds(options.Number("--seconds")), Chunk = TimeSpan.FromMilliseconds(640) };
        var clips = await LoadClip.ReadAllAsync(settings.AudioFolder, settings.SampleRate, AudioEncoding.Pcm16, Normalisation.Standard, CancellationToken.None);
        foreach (var part in options.List("--parts"))
        {
            Console.WriteLine();
            switch (part)
            {
                case "share":
                    await ShareAsync(model, settings, clips, options.Wholes("--sessions"));
                    break;
                case "state":
                    await StateAsync(model, settings, clips, [.. options.Wholes("--sessions").Where(sessions => sessions > 1)], options.Whole("--rounds"));
                    break;
                case "capacity":
                    await CapacityAsync(model, settings with { Duration = TimeSpan.FromSeconds(options.Number("--stage-seconds") + 4) }, clips, options.Wholes("--chunks"), options.Wholes("--workers"));
                    break;
                case "held":
                    await HeldAsync(model, settings with { Chunk = options.Text("--held-chunk") == "elastic" ? null : TimeSpan.FromMilliseconds(options.Number("--held-chunk")) }, clips, options.Number("--held-percent") / 100, options.Whole("--rounds"));
                    break;
                case "memory":
                    await MemoryAsync(model, clips[0], options.Whole("--open-sessions"));
                    break;
                case "open":
                    await OpenAsync(model, options.Whole("--cycles"));
                    break;
                default:
                    throw new Speechmatics.Speech.Cli.UsageException($"--parts {part}: of share, state, capacity, held, memory, open");
            }
        }

        return 0;
    }

    private static async Task ShareAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips, int[] counts)
    {
        var allowed = await AllowedAsync(model, settings, clips);
        Console.WriteLine(FormattableString.Invariant($"Engine share at chunk 640 ms; the bare encoder allows {allowed:0} sessions at the speed of speech.\n"));
        var table = new MarkdownTable(Console.Out, "sessions", "speed", "batch", "steps %", "taking audio in %", "engine share %", "lag p50 ms", "p99 ms", "dropped s");
        foreach (var sessions in counts)
        {
            var factor = Factor(allowed, sessions);
            var result = await RunAsync(model, settings with { Sessions = sessions, RealTimeFactor = factor }, clips);
            var window = result.Window;
            table.Row(
                $"{sessions}", Cell(factor, "0.00") + " x", Cell(window.BatchSize, "0.0"), Cell(100 * window.StepShare, "0.0"), Cell(100 * window.IntakeShare, "0.0"), Cell(100 * window.EngineShare, "0.0"), Cell(window.LagP50), Cell(window.LagP99),
                Cell(result.DroppedSeconds, "0.0"));
        }
    }

    private static async Task StateAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips, int[] counts, int rounds)
    {
        var allowed = await AllowedAsync(model, settings, clips);
        Console.WriteLine("Worker time for each second of audio, encoder included: the state read where it lies, gathered into neighbouring slots for every step, and one session a step. In turn, the best round of each.\n");
        var table = new MarkdownTable(Console.Out, "sessions", "speed", "in place ms / s", "batch", "copied %", "gathered ms / s", "times in place", "batch 1 ms / s", "times in place");
        foreach (var sessions in counts)
        {
            var factor = Factor(allowed, sessions);
            var run = settings with { Sessions = sessions, RealTimeFactor = factor };
            LoadSettings[] ways = [run, run with { AlwaysGather = true }, run with { MaxBatch = 1 }];
            var best = new LoadSample?[ways.Length];
            for (var round = 0; round < rounds; round++)
            {
                for (var way = 0; way < ways.Length; way++)
                {
                    var window = (await RunAsync(model, ways[way], clips)).Window;
                    if (best[way] is not { } other || Cost(window) < Cost(other)) best[way] = window;
                }
            }

            table.Row(
                $"{sessions}", Cell(factor, "0.00") + " x", Cell(Cost(best[0]!), "0.00"), Cell(best[0]!.BatchSize, "0.0"), Cell(100.0 * best[0]!.MovedChunks / Math.Max(1, best[0]!.Chunks), "0.0"),
                Cell(Cost(best[1]!), "0.00"), Cell(Cost(best[1]!) / Cost(best[0]!), "0.00"), Cell(Cost(best[2]!), "0.00"), Cell(Cost(best[2]!) / Cost(best[0]!), "0.00"));
        }

        double Cost(LoadSample window) => 1000 * window.EncoderSeconds * (1 + (window.StepShare ?? 0)) / window.AudioSeconds;
    }

    private static async Task CapacityAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips, int[] chunks, int[] workers)
    {
        Console.WriteLine("Sessions at the speed of speech with lag p99 within 500 ms and nothing dropped.\n");
        var table = new MarkdownTable(Console.Out, ["workers", .. chunks.Select(chunk => $"chunk {chunk} ms"), "elastic"]);
        foreach (var count in workers)
        {
            var cells = new List<string?> { $"{count}" };
            foreach (var chunk in chunks.Select(chunk => (TimeSpan?)TimeSpan.FromMilliseconds(chunk)).Append(null))
            {
                var search = settings with { Chunk = chunk, Workers = count };
                cells.Add(Cell(await CapacitySearch.FindAsync(50 * count, async sessions =>
                {
                    var stage = search with { Sessions = sessions };
                    return CapacityStage.Judge(await RunAsync(model, stage, clips), stage).Failure is null;
                })));
            }

            table.Row([.. cells]);
        }
    }

    /// <summary>
    /// Whether the pool holds a given part of the sessions that the bare encoder allows. Bare encoder and load take turns, and each load's number of sessions comes from the encoder just before it: where the machine's speed wavers, a long
    /// load beside one measurement would compare two machines.
    /// </summary>
    private static async Task HeldAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips, double share, int rounds)
    {
        var chunk = settings.Chunk is { } pinned ? SessionOptions.ChunkFrames(model.Layout, pinned)!.Value : model.Layout.ChunkFrames[^1];
        Console.WriteLine(FormattableString.Invariant(
            $"{100 * share:0} % of the sessions that the bare encoder allowed just before, with chunks of {1000 * chunk * model.Layout.SecondsPerEncoderFrame:0} ms; the load's chunks are {(settings.Chunk is null ? "elastic" : "the same")}.\n"));
        var table = new MarkdownTable(
            Console.Out, "round", "bare encoder before", "sessions", "bare encoder after", "of the mean %", "busy %", "batch", "engine share %", "lag p50 ms", "p95 ms", "p99 ms", "dropped s", "WER %", "verdict");
        await RunAsync(model, settings with { Sessions = (int)(await BareAsync() / 2), Duration = TimeSpan.FromSeconds(6) }, clips); // compiles
        var before = await BareAsync();
        for (var round = 1; round <= rounds; round++)
        {
            var load = settings with { Sessions = (int)(share * before) };
            var stage = CapacityStage.Judge(await RunAsync(model, load, clips), load);
            var after = await BareAsync();
            var window = stage.Result.Window;
            table.Row(
                $"{round}", Cell(before), $"{load.Sessions}", Cell(after), Cell(200 * load.Sessions / (before + after), "0.0"), Cell(100 * window.Utilisation), Cell(window.BatchSize, "0.0"), Cell(100 * window.EngineShare, "0.0"), Cell(window.LagP50),
                Cell(window.LagP95), Cell(window.LagP99), Cell(stage.Result.DroppedSeconds, "0.0"), Cell(100 * stage.Result.Errors.Rate, "0.0"), stage.Failure ?? "holds");
            before = after;
        }

        async Task<double> BareAsync() =>
            (await EncoderBaseline.MeasureAsync(model, chunk, settings, clips, TimeSpan.FromSeconds(4), TimeProvider.System, CancellationToken.None)).Sessions;
    }

    private static async Task MemoryAsync(SpeechModel model, LoadClip clip, int sessions)
    {
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = sessions + 1 });
        await using (var first = await OpenAndHearAsync(pool, clip)) await first.FlushAsync();
        var table = new MarkdownTable(Console.Out, "sessions", "open", "process kB for each", "managed heap kB for each", "encoder state kB for each");
        var (memory, heap) = Memory();
        var open = new List<SpeechSession>();
        for (var i = 0; i < sessions; i++) open.Add(await pool.OpenAsync());
        Row("idle since they opened");
        foreach (var session in open) await HearAsync(session, clip);
        foreach (var session in open) await session.FlushAsync();
        Row("having heard 2 s, events unread");
        foreach (var session in open) await session.DisposeAsync();
        open.Clear();
        Row("after they closed");

        void Row(string what)
        {
            var (memoryNow, heapNow) = Memory();
            table.Row(what, $"{open.Count}", Cell((memoryNow - memory) / 1024.0 / sessions, "0.0"), Cell((heapNow - heap) / 1024.0 / sessions, "0.0"), Cell(pool.GetStatus().StateBytes / 1024.0 / sessions, "0.0"));
        }

        (long Memory, long Heap) Memory()
        {
            var collected = GC.GetTotalMemory(forceFullCollection: true);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return (Environment.WorkingSet, collected);
        }
    }

    private static async Task OpenAsync(SpeechModel model, int cycles)
    {
        await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = 10 });
        await (await pool.OpenAsync()).DisposeAsync();
        var latency = new LogHistogram();
        var (memory, handles) = (GC.GetTotalMemory(forceFullCollection: true), Handles());
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < cycles; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var session = await pool.OpenAsync();
            latency.Record(Stopwatch.GetElapsedTime(start));
            await session.DisposeAsync();
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var table = new MarkdownTable(Console.Out, "open/close cycles", "cycles / s", "opening p50 ms", "p99 ms", "max ms", "heap kB more", "handles more");
        table.Row(
            $"{cycles}", Cell(cycles / seconds), Cell(latency.Milliseconds(0.5), "0.000"), Cell(latency.Milliseconds(0.99), "0.000"), Cell(latency.Milliseconds(1), "0.000"),
            Cell((GC.GetTotalMemory(forceFullCollection: true) - memory) / 1024.0), $"{Handles() - handles}");

        static int Handles()
        {
            using var process = Process.GetCurrentProcess();
            return process.HandleCount;
        }
    }

    private static async Task<SpeechSession> OpenAndHearAsync(SessionPool pool, LoadClip clip)
    {
        var session = await pool.OpenAsync();
        await HearAsync(session, clip);
        return session;
    }

    private static ValueTask HearAsync(SpeechSession session, LoadClip clip) => session.WriteAsync(clip.Audio.AsMemory(0, Math.Min(clip.Audio.Length, 64000)));

    private static async Task<double> AllowedAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips) =>
        (await EncoderBaseline.MeasureAsync(model, model.Layout.DefaultChunkFrames, settings, clips, TimeSpan.FromSeconds(2), TimeProvider.System, CancellationToken.None)).Sessions;

    /// <summary>The speed at which so many sessions take the target share of what the encoder can do, in twentieths.</summary>
    private static double Factor(double allowed, int sessions) => Math.Clamp(Math.Floor(20 * TargetShare * allowed / sessions) / 20, 0.05, 1);

    private static Task<LoadResult> RunAsync(SpeechModel model, LoadSettings settings, LoadClip[] clips) =>
        new LoadRun(model, null, settings, clips, TimeProvider.System) { Drain = false }.RunAsync(CancellationToken.None);
}
