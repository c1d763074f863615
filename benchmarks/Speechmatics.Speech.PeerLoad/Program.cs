// Two engines, one load: how many live streams each holds on the same processors with the same weights. The engines bring ONNX Runtimes of their own, so each runs in a process of its own.
using System.CommandLine;
using System.Diagnostics;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.PeerLoad;

var audio = new Option<DirectoryInfo>("--audio") { Description = "A folder of recordings.", DefaultValueFactory = _ => new DirectoryInfo("samples/audio") };
var threads = new Option<int>("--threads") { Description = "Threads that run the model.", DefaultValueFactory = _ => Environment.ProcessorCount };
var first = new Option<int>("--first") { Description = "Streams to begin with.", DefaultValueFactory = _ => 25 };
var seconds = new Option<int>("--stage-seconds") { Description = "How long each number of streams is measured.", DefaultValueFactory = _ => 15 };
var limit = new Option<double>("--lag-limit-ms") { Description = "The lag's 99th percentile that still counts as held.", DefaultValueFactory = _ => 500 };
var library = new Option<string>("--library") { Description = "The unpacked npm package sherpa-onnx-linux-x64.", Required = true };
var model = new Option<string>("--model") { Description = "The streaming model as a NeMo transducer in sherpa-onnx's layout: encoder.onnx, decoder.onnx, joiner.onnx, tokens.txt.", Required = true };
var batch = new Option<int>("--batch") { Description = "Streams that sherpa-onnx decodes at once.", DefaultValueFactory = _ => 8 };
var head = new Option<TransducerHead>("--head") { Description = "This library's head: Rnnt is the one that sherpa-onnx can run too.", DefaultValueFactory = _ => TransducerHead.Rnnt };
var chunk = new Option<int>("--chunk-ms") { Description = "This library's chunk.", DefaultValueFactory = _ => 640 };

var ours = new Command("speechmatics", "This library.") { audio, threads, first, seconds, limit, head, chunk };
ours.SetAction(async (parsed, _) =>
{
    await using var peer = await SpeechmaticsPeer.CreateAsync(parsed.GetValue(threads), parsed.GetValue(head), parsed.GetValue(chunk));
    return await RunAsync(parsed, peer, $"Speechmatics.Speech, {parsed.GetValue(head)}, {parsed.GetValue(chunk)} ms");
});
var sherpa = new Command("sherpa-onnx", "sherpa-onnx on the same weights.") { audio, threads, first, seconds, limit, library, model, batch };
sherpa.SetAction(async (parsed, _) =>
{
    var version = SherpaLibrary.Load(parsed.GetRequiredValue(library));
    await using var peer = new SherpaPeer(parsed.GetRequiredValue(model), parsed.GetValue(threads), parsed.GetValue(batch));
    return await RunAsync(parsed, peer, $"sherpa-onnx {version}, batch {parsed.GetValue(batch)}");
});
var both = new Command("both", "One after the other, in two processes.") { audio, threads, first, seconds, limit, library, model, batch, head, chunk };
both.SetAction(async (parsed, cancellationToken) =>
{
    string[] common =
    [
        "--audio", parsed.GetValue(audio)!.FullName, "--threads", $"{parsed.GetValue(threads)}", "--first", $"{parsed.GetValue(first)}", "--stage-seconds", $"{parsed.GetValue(seconds)}",
        "--lag-limit-ms", $"{parsed.GetValue(limit)}",
    ];
    var code = await SelfAsync(["sherpa-onnx", .. common, "--library", parsed.GetRequiredValue(library), "--model", parsed.GetRequiredValue(model), "--batch", $"{parsed.GetValue(batch)}"], cancellationToken);
    return code != 0 ? code : await SelfAsync(["speechmatics", .. common, "--head", $"{parsed.GetValue(head)}", "--chunk-ms", $"{parsed.GetValue(chunk)}"], cancellationToken);
});

return await new RootCommand("Live streams held by this library and by sherpa-onnx.") { ours, sherpa, both }.Parse(args).InvokeAsync();

async Task<int> RunAsync(ParseResult parsed, ILivePeer peer, string name)
{
    var recordings = new List<float[]>();
    foreach (var file in parsed.GetValue(audio)!.GetFiles("*.wav").OrderBy(file => file.Name, StringComparer.Ordinal)) recordings.Add(await ReadAsync(file.FullName));
    if (recordings.Count == 0) throw new FileNotFoundException($"There is no WAV file in {parsed.GetValue(audio)}.");
    Console.WriteLine($"\n{name}, {parsed.GetValue(threads)} threads\n\n| streams | lag p50 ms | p95 | p99 | results | words | processor | memory |\n|---|---|---|---|---|---|---|---|");
    var held = await new LiveLoad(peer, [.. recordings], TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(limit)).FindCapacityAsync(parsed.GetValue(first));
    Console.WriteLine($"\nHeld: {held} streams with p99 below {parsed.GetValue(limit)} ms.");
    return 0;
}

async Task<float[]> ReadAsync(string path)
{
    await using var reader = await AudioSource.FromWaveFile(path).OpenAsync(CancellationToken.None);
    if (reader.SampleRate != 16000) throw new InvalidDataException($"{path} is not at 16 kHz.");
    var samples = new List<float>();
    var buffer = new float[4096];
    for (int count; (count = await reader.ReadAsync(buffer, CancellationToken.None)) > 0;) samples.AddRange(buffer.AsSpan(0, count));
    return [.. samples];
}

async Task<int> SelfAsync(string[] arguments, CancellationToken cancellationToken)
{
    using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)) ?? throw new InvalidOperationException("The process could not be started.");
    await process.WaitForExitAsync(cancellationToken);
    return process.ExitCode;
}
