using System.Collections.Concurrent;
using System.Diagnostics;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>
/// Time to the final segment: each session speaks clips at the pace of speech in messages of a given length; when the last speech sample is sent it forces the end of the utterance, and the clock runs until the forced EndOfUtterance
/// that follows the final has come. What a voice activity detector would wait (published figures hold about 200 ms of that) is not part of it.
/// </summary>
internal static class TimeToFinal
{
    private const int WarmUpSessions = 16;

    public static async Task<int> RunAsync(LoadTarget target, int clips, int[] sessionCounts, int messageMs, CancellationToken cancellationToken)
    {
        Console.WriteLine($"\nFrom the last speech sample sent to the forced final and its EndOfUtterance received; audio in messages of {messageMs} ms\n\n| sessions | clips | with words | p50 ms | p95 ms | p99 ms | max ms |\n|---|---|---|---|---|---|---|");
        var failed = false;
        await WarmUpAsync(target, cancellationToken);
        foreach (var sessions in sessionCounts)
        {
            var times = new ConcurrentBag<double>();
            var (next, spoken, failures) = (-1, 0, 0);
            // clips are shared out; sessions beyond the number of clips speak as well, as load
            var wanted = Math.Max(clips, sessions);
            await Task.WhenAll(Enumerable.Range(0, sessions).Select(async index =>
            {
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(2000.0 * index / sessions), cancellationToken);
                    await using var client = new LoadClient(target);
                    if (await client.StartAsync(cancellationToken) is { } error) throw new InvalidOperationException(error);
                    for (var clip = Interlocked.Increment(ref next); clip < wanted; clip = Interlocked.Increment(ref next))
                    {
                        var (milliseconds, words) = await MeasureAsync(client, target.Recordings[clip % target.Recordings.Count], messageMs, cancellationToken);
                        times.Add(milliseconds);
                        if (words) Interlocked.Increment(ref spoken);
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    if (Interlocked.Increment(ref failures) == 1) Console.Error.WriteLine(exception.Message);
                }
            }));
            Console.WriteLine($"| {sessions} | {times.Count} | {spoken} {Percentiles.Row(times)}{(failures > 0 ? $" {failures} sessions failed" : "")}");
            failed |= failures > 0;
        }

        return failed ? 1 : 0;
    }

    /// <summary>Speaks a little, uncounted: a server's first sessions wait for its code to be compiled.</summary>
    public static Task WarmUpAsync(LoadTarget target, CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, WarmUpSessions).Select(async index =>
    {
        await using var client = new LoadClient(target);
        if (await client.StartAsync(cancellationToken) is null) await MeasureAsync(client, target.Recordings[index % target.Recordings.Count], messageMs: 100, cancellationToken);
    }));

    private static async Task<(double Milliseconds, bool Words)> MeasureAsync(LoadClient client, Recording recording, int messageMs, CancellationToken cancellationToken)
    {
        var words = false;
        var reading = ReadAsync();
        var clock = Stopwatch.StartNew();
        for (var at = 0; at < recording.SpeechEndBytes;)
        {
            // a message is sent when its last sample has been spoken
            var end = Math.Min(at + (LoadClient.BytesPerSecond * messageMs / 1000), recording.SpeechEndBytes);
            var due = TimeSpan.FromSeconds((double)end / LoadClient.BytesPerSecond) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due, cancellationToken);
            await client.SendAsync(recording.Pcm.AsMemory(at, end - at), cancellationToken);
            at = end;
        }

        var sent = Stopwatch.GetTimestamp();
        await client.SayAsync("""{"message":"ForceEndOfUtterance"}""", cancellationToken);
        await reading;
        return (Stopwatch.GetElapsedTime(sent).TotalMilliseconds, words);

        async Task ReadAsync()
        {
            while (await client.ReceiveAsync(cancellationToken) is { } message)
            {
                using (message)
                {
                    var root = message.RootElement;
                    var kind = root.GetProperty("message").GetString();
                    if (kind == "Error") throw new InvalidOperationException(root.GetProperty("type").GetString());
                    if (kind == "AddTranscript" && root.GetProperty("results").GetArrayLength() > 0) words = true;
                    if (kind == "EndOfUtterance" && root.TryGetProperty("forced", out var forced) && forced.GetBoolean()) return;
                }
            }

            throw new InvalidOperationException("The server closed.");
        }
    }
}
