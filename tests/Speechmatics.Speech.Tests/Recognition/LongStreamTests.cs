using System.Diagnostics;
using System.Globalization;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>Runs alone: it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(LongStreamTests), DisableParallelization = true)]
public class LongStreamCollection;

/// <summary>
/// The sample recordings, one after another, again and again. <c>SPEECH_STREAM_HOURS</c> sets how long (CONTRIBUTING.md has the command); without it, 20 minutes.
/// </summary>
[Collection(nameof(LongStreamTests))]
public class LongStreamTests(RecognizerFixture fixture, ITestOutputHelper output) : IClassFixture<RecognizerFixture>
{
    private const string HoursVariable = "SPEECH_STREAM_HOURS";
    private static readonly TimeSpan EncoderFrame = TimeSpan.FromMilliseconds(80);

    [Theory]
    [InlineData(16000)]
    [InlineData(44100)]
    public async Task A_long_stream_keeps_its_words_their_times_and_its_memory(int sampleRate)
    {
        var hours = Environment.GetEnvironmentVariable(HoursVariable) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : 1 / 3.0;
        var clips = Clips.All.SelectMany(clip => clip.Samples).ToArray();

        // a whole number of chunks, so that each round is cut alike, with a pause at its end
        const int chunkSamples = 10240;
        var round = new float[((clips.Length + 32000 + chunkSamples - 1) / chunkSamples) * chunkSamples];
        clips.CopyTo(round, 0);
        var period = TimeSpan.FromSeconds(round.Length / 16000.0);
        var rounds = Math.Max(4, (int)Math.Round(hours * 3600 / period.TotalSeconds));
        if (sampleRate != 16000) round = Resampled.From16K(round, sampleRate);

        var seen = new List<RecognizedWord[]>(); // the first two rounds and the last
        var memory = new List<(int Round, long Managed, long Process)>();
        var current = new List<RecognizedWord>();
        var changed = 0;
        void EndRound()
        {
            var words = current.ToArray();
            current.Clear();
            if (seen.Count < 2) seen.Add(words);
            else if (!words.Select(word => word.Text).SequenceEqual(seen[1].Select(word => word.Text))) changed++;
            if (seen.Count == 2) seen.Add(words);
            seen[^1] = words;
        }

        var start = Stopwatch.GetTimestamp();
        var at = 0;
        var source = AudioSource.FromSamples(Repeat(round, rounds), sampleRate);
        await foreach (var speechEvent in fixture.Recognizer.RecognizeAsync(source, new SessionOptions { Partials = false }))
        {
            if (speechEvent is not FinalTranscript final) continue;
            foreach (var word in final.Words)
            {
                for (; word.Start >= (at + 1) * period; at++)
                {
                    EndRound();
                    if (at == 1 || at % Math.Max(1, rounds / 8) == 0) memory.Add((at, GC.GetTotalMemory(forceFullCollection: true), ProcessBytes()));
                }

                current.Add(word);
            }
        }

        EndRound();
        memory.Add((at, GC.GetTotalMemory(forceFullCollection: true), ProcessBytes()));
        var elapsed = Stopwatch.GetElapsedTime(start);

        Assert.Equal(rounds - 1, at);
        foreach (var (number, managed, process) in memory) output.WriteLine($"after round {number + 1}: {managed / 1024.0:0} KiB managed, {process / 1048576.0:0.0} MiB of the process");
        output.WriteLine($"{rounds} rounds of {period.TotalSeconds} s at {sampleRate} Hz = {rounds * period.TotalHours:0.00} h in {elapsed}: {rounds * period / elapsed:0}x real time; {seen[1].Length} words each; {changed} rounds with other words");

        // the first round begins in silence instead of after the last clip, so its first words may differ
        var (first, second, last) = (seen[0], seen[1], seen[^1]);
        Assert.True(second.Length > 150);
        Assert.Equal(second.Select(word => word.Text), last.Select(word => word.Text));
        for (var i = 0; i < last.Length; i++)
        {
            AssertWithin(second[i].Start + ((rounds - 2) * period), last[i].Start, last[i]);
            AssertWithin(second[i].End + ((rounds - 2) * period), last[i].End, last[i]);
        }

        var same = first.Length - 10;
        Assert.Equal(first[^same..].Select(word => word.Text), last[^same..].Select(word => word.Text));
        for (var i = 1; i <= same; i++) AssertWithin(first[^i].Start + ((rounds - 1) * period), last[^i].Start, last[^i]);
        Assert.InRange(changed, 0, 0);

        // after the second round all buffers have their size: what grows with the stream would grow on
        var settled = memory.First(m => m.Round >= 1);
        Assert.True(memory[^1].Managed - settled.Managed < 256 * 1024, "managed memory grows");
        Assert.True(memory[^1].Process - settled.Process < 16 * 1024 * 1024, "the process grows");
    }

    private static void AssertWithin(TimeSpan expected, TimeSpan actual, RecognizedWord word) =>
        Assert.True((actual - expected).Duration() <= EncoderFrame + TimeSpan.FromTicks(1), $"{word.Text} at {actual} instead of {expected}");

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
