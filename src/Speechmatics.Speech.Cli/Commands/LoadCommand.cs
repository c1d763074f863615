using System.CommandLine;
using System.Globalization;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech load</c>: the command line; <see cref="LoadJob"/> does the work.</summary>
internal static class LoadCommand
{
    public static Command Create(ToolServices services)
    {
        var sessions = Whole("--sessions", "Sessions at once (default: 50); where --find-capacity begins.");
        var minutes = Amount("--minutes", "How long the load lasts (default: 1).");
        var seconds = Amount("--seconds", "The same in seconds.");
        var pattern = CommonOptions.Choice(
            "--pattern", "All sessions from the start, one after another, or a sudden spike after a third of the time (default: steady).",
            ("steady", LoadPattern.Steady), ("ramp", LoadPattern.Ramp), ("spike", LoadPattern.Spike));
        var spikeSessions = Whole("--spike-sessions", "Sessions during the spike (default: ten times --sessions).");
        var spikeSeconds = Amount("--spike-seconds", "How long the spike lasts (default: a sixth of the time).");
        var factor = Amount("--real-time-factor", "Seconds of audio that each session sends in a second (default: 1).");
        var audio = new Option<string>("--audio") { Description = "The folder of recordings, with transcripts.jsonl.", HelpName = "DIR", Required = true };
        var packet = Whole("--packet-ms", "Audio in each write (default: 20).");
        var model = CommonOptions.Model();
        var operatingPoint = CommonOptions.OperatingPoint("standard");
        var enhancedModel = CommonOptions.EnhancedModel();
        var refine = CommonOptions.Choice("--refine-partials", "Enhanced: whether idle capacity reads unfinished utterances for stable partials (default: on).", ("on", "on"), ("off", "off"));
        var chunk = CommonOptions.ChunkMilliseconds();
        chunk.Description = "Pin the chunk of every session, in ms (default: the pool chooses by load).";
        var smallestChunk = Whole("--smallest-chunk-ms", "The smallest chunk the pool may choose, in ms.");
        var head = CommonOptions.Head();
        var workers = Whole("--workers", "Threads of the pool (default: one for each processor).");
        var maxBatch = Whole("--max-batch", "The most sessions in one step (default: what the pool finds best).");
        var rate = Whole("--rate", "Samples a second that sessions send (default: 16000).");
        var encoding = CommonOptions.Choice(
            "--encoding", "How sessions send them (default: pcm16).",
            ("pcm16", AudioEncoding.Pcm16), ("float", AudioEncoding.Float32), ("mulaw", AudioEncoding.MuLaw), ("alaw", AudioEncoding.ALaw));
        var seed = Whole("--seed", "Decides who plays what and when sessions start (default: 1).");
        var admission = new Option<bool>("--admission") { Description = "Let the pool refuse sessions beyond the capacity it measures; otherwise it takes all." };
        var baselineSeconds = new Option<double>("--baseline-seconds")
        {
            Description = "How long the bare encoder is measured before and after the load, 0 for not at all.",
            HelpName = "S",
            DefaultValueFactory = _ => 2,
        };
        var reference = new Option<bool>("--reference") { Description = "Afterwards recognise up to ten minutes of the sessions' audio once more, each session alone, and compare." };
        var findCapacity = new Option<bool>("--find-capacity") { Description = "Raise the number of sessions stage by stage until the lag passes the limit or audio is lost." };
        var lagLimit = Amount("--lag-limit-ms", "The highest lag p99 that counts as held (default: 500).");
        var stageSeconds = Amount("--stage-seconds", "How long each stage is measured, after a warm-up (default: 15).");
        var json = new Option<string?>("--json") { Description = "Write the report to this file as JSON.", HelpName = "FILE" };
        var html = new Option<string?>("--html") { Description = "Write the report to this file as a page with plots.", HelpName = "FILE" };

        var command = new CommandWithExamples(
            "load",
            "Drive many live sessions in one process at the speed of speech, and measure lag, capacity and word errors.",
            "speech load --sessions 50 --minutes 1 --audio samples/audio",
            "speech load --sessions 50 --pattern spike --spike-sessions 500 --minutes 3 --audio samples/audio --html spike.html",
            "speech load --sessions 20 --pattern spike --spike-sessions 100 --minutes 2 --operating-point enhanced --audio samples/audio --html spike.html",
            "speech load --find-capacity --chunk-ms 320 --audio samples/audio --json capacity.json --html capacity.html",
            "speech load --sessions 100 --seconds 30 --chunk-ms 640 --rate 8000 --encoding mulaw --reference --audio samples/audio")
        {
            sessions, minutes, seconds, pattern, spikeSessions, spikeSeconds, factor, audio, packet, model, operatingPoint, enhancedModel, refine, chunk, smallestChunk, head, workers, maxBatch, rate, encoding, seed, admission,
            baselineSeconds, reference, findCapacity, lagLimit, stageSeconds, json, html,
        };

        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(minutes) is not null && parsed.GetValue(seconds) is not null) throw new UsageException("--minutes and --seconds say the same: give one of them");
            var duration = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? (60 * (parsed.GetValue(minutes) ?? 1)));
            var count = parsed.GetValue(sessions) ?? 50;
            var isEnhanced = parsed.GetValue(operatingPoint) == OperatingPoint.Enhanced;
            foreach (Option option in (Option[])[enhancedModel, refine])
                if (!isEnhanced && parsed.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} goes with --operating-point enhanced");
            var settings = new LoadSettings
            {
                ModelPath = parsed.GetRequiredValue(model),
                EnhancedModelPath = isEnhanced ? parsed.GetRequiredValue(enhancedModel) : null,
                RefinePartials = parsed.GetValue(refine) != "off",
                AudioFolder = parsed.GetRequiredValue(audio),
                Sessions = count,
                Duration = duration,
                Pattern = parsed.GetValue(pattern),
                SpikeSessions = parsed.GetValue(spikeSessions) ?? (10 * count),
                SpikeDuration = TimeSpan.FromSeconds(parsed.GetValue(spikeSeconds) ?? (duration.TotalSeconds / 6)),
                RealTimeFactor = parsed.GetValue(factor) ?? 1,
                PacketMilliseconds = parsed.GetValue(packet) ?? 20,
                Chunk = Milliseconds(parsed.GetValue(chunk)),
                SmallestChunk = Milliseconds(parsed.GetValue(smallestChunk)),
                Head = parsed.GetValue(head),
                SampleRate = parsed.GetValue(rate) ?? 16000,
                Encoding = parsed.GetValue(encoding),
                Workers = parsed.GetValue(workers),
                MaxBatch = parsed.GetValue(maxBatch),
                Seed = parsed.GetValue(seed) ?? 1,
                Admission = parsed.GetValue(admission),
                BaselineDuration = TimeSpan.FromSeconds(parsed.GetValue(baselineSeconds)),
                Reference = parsed.GetValue(reference),
                FindCapacity = parsed.GetValue(findCapacity),
                StageDuration = TimeSpan.FromSeconds(parsed.GetValue(stageSeconds) ?? 15),
                LagLimit = TimeSpan.FromMilliseconds(parsed.GetValue(lagLimit) ?? 500),
                JsonPath = parsed.GetValue(json),
                HtmlPath = parsed.GetValue(html),
            };
            Check(settings);
            return new LoadJob(services, settings).RunAsync(cancellationToken);
        });
        return command;
    }

    private static void Check(LoadSettings settings)
    {
        if (settings.Duration < TimeSpan.FromSeconds(1)) throw new UsageException("the load lasts at least a second");
        if (settings.PacketMilliseconds > 1000) throw new UsageException($"--packet-ms {settings.PacketMilliseconds}: at most 1000");
        if (settings.Pattern != LoadPattern.Spike) return;
        if (settings.FindCapacity) throw new UsageException("--find-capacity has its own pattern");
        if (settings.SpikeSessions <= settings.Sessions) throw new UsageException($"--spike-sessions {settings.SpikeSessions}: more than --sessions {settings.Sessions} are expected");
        if (LoadSchedule.SpikeEnd(settings) > 0.9 * settings.Duration) throw new UsageException("the spike begins after a third of the time and must end before its last tenth");
    }

    private static TimeSpan? Milliseconds(int? value) => value is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static Option<int?> Whole(string name, string description) => CommonOptions.Positive(new Option<int?>(name) { Description = description, HelpName = "N" });

    private static Option<double?> Amount(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value)) return value;
            result.AddError($"{name} {text}: a number above 0 is expected");
            return null;
        },
    };
}
