using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>
/// Clients that speak without pause at the pace of speech. Lag is the wall time from sending the chunk that holds a word's end to receiving the transcript that ends with it; for finals it includes what the server waits on
/// purpose (max_delay, the pause that ends an utterance), so partials are what tells load.
/// </summary>
internal static class SteadyLoad
{
    private const int ChunkMs = 100;

    public static async Task<int> RunAsync(LoadTarget target, int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        var (partials, finals, problems) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<string>());
        var (sent, acknowledged) = (0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async index =>
        {
            // spread over a chunk, as live calls are
            await Task.Delay(TimeSpan.FromMilliseconds((double)ChunkMs * index / clients), cancellationToken);
            try
            {
                await RunClientAsync(index);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                problems.Add($"{exception.GetType().Name}: {exception.Message}");
            }
        }));

        Console.WriteLine($"{clients} clients, {time.TotalSeconds:0} s each; {sent} chunks sent, {acknowledged} acknowledged; {problems.Count} problems");
        Console.WriteLine("| lag, ms | p50 | p95 | p99 | max |\n|---|---|---|---|---|");
        Console.WriteLine($"| partials {Percentiles.Row(partials)}\n| finals {Percentiles.Row(finals)}");
        foreach (var problem in problems.GroupBy(problem => problem)) Console.WriteLine($"{problem.Count()} x {problem.Key}");
        return problems.IsEmpty && sent == acknowledged ? 0 : 1;

        async Task RunClientAsync(int index)
        {
            await using var client = new LoadClient();
            if (await client.StartAsync(target, cancellationToken) is { } error)
            {
                problems.Add(error);
                return;
            }

            var chunks = (int)(time.TotalMilliseconds / ChunkMs);
            var times = new long[chunks + 1];
            var reading = ReadAsync();
            var clock = Stopwatch.StartNew();
            var recording = index;
            var at = 0;
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                var due = TimeSpan.FromMilliseconds(chunk * ChunkMs) - clock.Elapsed;
                if (due > TimeSpan.Zero) await Task.Delay(due, cancellationToken);
                var pcm = target.Recordings[recording % target.Recordings.Count].Pcm;
                var piece = pcm.AsMemory(at, Math.Min(LoadClient.BytesPerSecond * ChunkMs / 1000, pcm.Length - at));
                var buffer = new byte[LoadClient.BytesPerSecond * ChunkMs / 1000];
                piece.CopyTo(buffer);
                at += piece.Length;
                if (at >= pcm.Length) (at, recording) = (0, recording + 1);
                Volatile.Write(ref times[chunk], Stopwatch.GetTimestamp());
                await client.SendAsync(buffer, cancellationToken);
                Interlocked.Increment(ref sent);
            }

            await client.SayAsync("""{"message":"EndOfStream","last_seq_no":0}""", cancellationToken);
            await reading;

            async Task ReadAsync()
            {
                while (await client.ReceiveAsync(cancellationToken) is { } message)
                {
                    using (message)
                    {
                        var root = message.RootElement;
                        switch (root.GetProperty("message").GetString())
                        {
                            case "AudioAdded":
                                Interlocked.Increment(ref acknowledged);
                                break;
                            case "AddPartialTranscript":
                                Measure(root, partials);
                                break;
                            case "AddTranscript":
                                Measure(root, finals);
                                break;
                            case "Error":
                                problems.Add(root.GetProperty("type").GetString()!);
                                return;
                            case "EndOfTranscript":
                                return;
                        }
                    }
                }

                problems.Add("closed before EndOfTranscript");
            }

            void Measure(JsonElement root, ConcurrentBag<double> lags)
            {
                if (root.GetProperty("results").GetArrayLength() == 0) return;
                var chunk = (int)(root.GetProperty("metadata").GetProperty("end_time").GetDouble() * 1000 / ChunkMs);
                if (chunk < times.Length && Volatile.Read(ref times[chunk]) is > 0 and var began) lags.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }
    }
}
