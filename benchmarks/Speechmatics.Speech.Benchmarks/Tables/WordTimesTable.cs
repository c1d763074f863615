using System.Text.Json;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Benchmarks.MarkdownTable;

namespace Speechmatics.Speech.Benchmarks;

/// <summary><c>word-times --audio DIR --alignments DIR</c>: mean and median absolute error of word starts and ends for both heads, greedy and beam, and the second pass.</summary>
internal static class WordTimesTable
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse("word-times", arguments, ("--audio", null), ("--alignments", null), ("--enhanced-model", BenchmarkModel.Enhanced), ("--clips", "1000"));
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        await using var enhanced = await EnhancedSpeechModel.LoadAsync(options.Text("--enhanced-model"));
        var clips = (await LoadClip.ReadAllAsync(options.Text("--audio"), model.SampleRate, AudioEncoding.Pcm16, Normalisation.Standard, CancellationToken.None)).ToDictionary(clip => clip.Name);
        var references = Directory.GetFiles(options.Text("--alignments"), "*.json").Order(StringComparer.Ordinal).Take(options.Whole("--clips")).Select(Read).ToArray();
        await using var pool = new SessionPool(model, enhanced, new SessionPoolOptions { MaxSessions = references.Length });
        var table = new MarkdownTable(Console.Out, "words from", "compared", "start: mean ms", "median ms", "end: mean ms", "median ms");
        foreach (var (name, settings) in Settings(model))
        {
            var errors = new WordTimeErrors();
            var heard = await Task.WhenAll(references.Select(reference => RecogniseAsync(pool, settings, clips[reference.Audio].Audio)));
            for (var i = 0; i < heard.Length; i++) errors.Add(references[i].Words, heard[i]);
            table.Row(name, Cell(errors.Count), Cell(errors.Start.Mean), Cell(errors.Start.Median), Cell(errors.End.Mean), Cell(errors.End.Median));
        }

        return 0;
    }

    private static IEnumerable<(string Name, SessionOptions Options)> Settings(SpeechModel model)
    {
        var chunk = TimeSpan.FromSeconds(model.Layout.DefaultChunkFrames * model.Layout.SecondsPerEncoderFrame);
        foreach (var head in model.Heads)
            foreach (var beam in (int[])[1, 4])
                yield return ($"{(head == TransducerHead.Tdt ? "TDT" : "RNN-T")}, {(beam == 1 ? "greedy" : $"beam {beam}")}", new SessionOptions { Head = head, BeamSize = beam, Chunk = chunk });
        yield return ("second pass", new SessionOptions { OperatingPoint = OperatingPoint.Enhanced, Chunk = chunk, EndpointSilence = TimeSpan.FromSeconds(2), MaxDelay = Timeout.InfiniteTimeSpan });
    }

    private static async Task<List<RecognizedWord>> RecogniseAsync(SessionPool pool, SessionOptions settings, byte[] audio)
    {
        await using var session = await pool.OpenAsync(settings);
        var words = new List<RecognizedWord>();
        var reading = Task.Run(async () =>
        {
            await foreach (var speechEvent in session.ReadEventsAsync())
                if (speechEvent is FinalTranscript final) words.AddRange(final.Words);
        });
        for (var at = 0; at < audio.Length; at += 32000) await session.WriteAsync(audio.AsMemory(at, Math.Min(32000, audio.Length - at)));
        session.Complete();
        await reading;
        return words;
    }

    private static (string Audio, (string Word, double Start, double End)[] Words) Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var words = json.RootElement.GetProperty("words").EnumerateArray();
        return (json.RootElement.GetProperty("audio").GetString()!, [.. words.Select(word => (word.GetProperty("word").GetString()!, word.GetProperty("start").GetDouble(), word.GetProperty("end").GetDouble()))]);
    }
}
