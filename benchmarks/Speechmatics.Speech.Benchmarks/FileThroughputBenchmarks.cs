using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>WAV files to words, as a user of <see cref="SpeechRecognizer"/> has it: reading, features, model, decoding and events. All sample recordings at once, one after another, or the longest alone.</summary>
[MemoryDiagnoser]
[RealTimeFactor<FileThroughputBenchmarks>]
public class FileThroughputBenchmarks : IAudioBenchmark
{
    private static readonly string[] Files = [.. Directory.GetFiles(BenchmarkModel.Samples, "*.wav").OrderByDescending(file => new FileInfo(file).Length)];
    private SpeechRecognizer _recognizer = null!;

    /// <summary>Audio recognised at a time.</summary>
    [Params(640, 1280)]
    public int ChunkMilliseconds { get; set; }

    /// <summary>Threads that run the model.</summary>
    [Params(1, 2)]
    public int Workers { get; set; }

    public static double AudioSeconds(BenchmarkCase benchmarkCase)
    {
        var files = benchmarkCase.Descriptor.WorkloadMethod.Name == nameof(OneFile) ? Files[..1] : Files;
        return files.Sum(file => (new FileInfo(file).Length - 44) / 32000.0);
    }

    [GlobalSetup]
    public async Task Setup() =>
        _recognizer = await SpeechRecognizer.CreateAsync(BenchmarkModel.Path, new SessionPoolOptions { MaxSessions = Files.Length, Workers = Workers });

    [Benchmark]
    public Task<int> OneFile() => RecognizeAsync(Files[0]);

    [Benchmark]
    public async Task<int> FilesInTurn()
    {
        var words = 0;
        foreach (var file in Files) words += await RecognizeAsync(file);
        return words;
    }

    [Benchmark]
    public async Task<int> FilesAtOnce() => (await Task.WhenAll(Files.Select(RecognizeAsync))).Sum();

    [GlobalCleanup]
    public ValueTask Cleanup() => _recognizer.DisposeAsync();

    private async Task<int> RecognizeAsync(string file)
    {
        var words = 0;
        var options = new SessionOptions { Chunk = TimeSpan.FromMilliseconds(ChunkMilliseconds), Partials = false };
        await foreach (var speechEvent in _recognizer.RecognizeAsync(AudioSource.FromWaveFile(file), options))
            if (speechEvent is FinalTranscript final) words += final.Words.Length;
        return words;
    }
}
