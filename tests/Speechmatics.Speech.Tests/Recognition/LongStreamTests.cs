using System.Diagnostics;
using System.Globalization;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>
/// The sample recordings, one after another, again and again. The suite plays them for 24 minutes; <c>SPEECH_STREAM_HOURS</c> sets how long (CONTRIBUTING.md has the command).
/// </summary>
[Collection(Alone.Name)]
public class LongStreamTests(RecognizerFixture fixture, ITestOutputHelper output) : IClassFixture<RecognizerFixture>
{
    /// <summary>A whole number of chunks of any size, and of the 30 s after which the model's positions repeat, so that it hears the same in each round.</summary>
    private const int RoundSeconds = 480;

    private static readonly TimeSpan EncoderFrame = TimeSpan.FromMilliseconds(80);
    private static readonly double? Hours = Environment.GetEnvironmentVariable("SPEECH_STREAM_HOURS") is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    [Theory]
    [InlineData(44100)]
    [InlineData(16000)]
    public async Task A_long_stream_keeps_its_words_their_times_and_its_memory(int sampleRate)
    {
        Assert.SkipWhen(sampleRate == 16000 && Hours is null, "set SPEECH_STREAM_HOURS: the stream that is resampled proves the same and more");
        var round = Round();
        var rounds = Math.Max(3, (int)Math.Round((Hours ?? 0) * 3600 / RoundSeconds));
        var source = AudioSource.FromSamples(Repeat(sampleRate == 16000 ? round : Resampled.From16K(round, sampleRate), rounds), sampleRate);

        // words of the first, the second and the last round; memory after each of a few
        var kept = new Dictionary<int, RecognizedWord[]>();
        var memory = new List<(int Round, long Managed, long Process)>();
        var (current, number, start) = (new List<RecognizedWord>(), 0, Stopwatch.GetTimestamp());
        void EndRound()
        {
            if (number is 0 or 1 || number == rounds - 1) kept[number] = [.. current];
            else Assert.Equal(kept[1].Select(word => word.Text), current.Select(word => word.Text));
            if (number is 0 or 1 || number % Math.Max(1, rounds / 8) == 0 || number == rounds - 1) memory.Add((number, GC.GetTotalMemory(forceFullCollection: true), ProcessBytes()));
            current.Clear();
            number++;
        }

        await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(source, new SessionOptions { Partials = false }))
        {
            if (speechEvent is not FinalTranscript final) continue;
            foreach (var word in final.Words)
            {
                while (word.Start.TotalSeconds >= (number + 1) * RoundSeconds) EndRound();
                current.Add(word);
            }
        }

        EndRound();
        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var (after, managed, process) in memory) output.WriteLine($"after round {after + 1}: {managed / 1024.0:0} KiB managed, {process / 1048576.0:0.0} MiB of the process");
        output.WriteLine($"{rounds} rounds of {RoundSeconds} s at {sampleRate} Hz, {rounds * RoundSeconds / 3600.0:0.0} h in {elapsed}, {rounds * RoundSeconds / elapsed.TotalSeconds:0}x real time; {kept[1].Length} words each");

        Assert.Equal(rounds, number);
        Assert.True(kept[1].Length > 500);
        AssertSame(kept[1], kept[rounds - 1], TimeSpan.FromSeconds((rounds - 2) * RoundSeconds));

        // the first round begins a stream instead of following another, so its first words may differ
        AssertSame(kept[0][^(kept[0].Length - 20)..], kept[rounds - 1][^(kept[0].Length - 20)..], TimeSpan.FromSeconds((rounds - 1) * RoundSeconds));

        // after the first rounds all buffers have their size: what grows with the stream would grow on
        Assert.True(memory[^1].Managed - memory[1].Managed < 256 * 1024, "managed memory grows");
        Assert.True(memory[^1].Process - memory[1].Process < 32 * 1024 * 1024, "the process grows");
    }

    private static void AssertSame(RecognizedWord[] early, RecognizedWord[] late, TimeSpan apart)
    {
        Assert.Equal(early.Select(word => word.Text), late.Select(word => word.Text));
        for (var i = 0; i < early.Length; i++)
        {
            Assert.InRange(late[i].Start - early[i].Start - apart, -EncoderFrame, EncoderFrame);
            Assert.InRange(late[i].End - early[i].End - apart, -EncoderFrame, EncoderFrame);
        }
    }

    /// <summary>All clips, again and again, with a pause at the end.</summary>
    private static float[] Round()
    {
        var round = new float[RoundSeconds * 16000];
        var at = 0;
        for (var i = 0; at + Clips.All[i].Samples.Length + 32000 <= round.Length; i = (i + 1) % Clips.All.Count)
        {
            Clips.All[i].Samples.CopyTo(round, at);
            at += Clips.All[i].Samples.Length;
        }

        return round;
    }

    private static long ProcessBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> Repeat(float[] round, int rounds)
    {
        for (var i = 0; i < rounds; i++)
            for (var at = 0; at < round.Length; at += 16000)
                yield return round.AsMemory(at, Math.Min(16000, round.Length - at));
        await Task.CompletedTask;
    }
}
