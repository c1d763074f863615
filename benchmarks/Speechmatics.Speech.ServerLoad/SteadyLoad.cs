using System.Collections.Concurrent;
using System.Diagnostics;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>
/// Callers that speak without pause at the pace of speech. Lag is the wall time from sending the chunk that holds a word's end to receiving the transcript that ends with it; for finals it includes what is waited for on
/// purpose (max_delay, the pause that ends an utterance), so partials are what tells load.
/// </summary>
internal static class SteadyLoad
{
    private const int ChunkMs = 100;
    private const int SpreadMs = 2560;
    private const int ChunkBytes = LoadClient.BytesPerSecond * ChunkMs / 1000;

    public const string Header = "| callers | chunks sent | taken | problems | partial lag p50 ms | p95 | p99 | max | final lag p50 ms | p95 | p99 | max |\n|---|---|---|---|---|---|---|---|---|---|---|---|";

    /// <summary>Runs the callers and prints their row.</summary>
    /// <param name="name">What the row is called.</param>
    /// <param name="create">Makes a caller.</param>
    /// <param name="recordings">What they say, one after the other.</param>
    /// <param name="clients">How many.</param>
    /// <param name="time">For how long.</param>
    /// <param name="acknowledges">Whether taken chunks are told; where not, a send that returned was taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>0 where every caller was heard to the end and every chunk taken.</returns>
    public static async Task<int> RunAsync(
        string name, Func<ICaller> create, IReadOnlyList<Recording> recordings, int clients, TimeSpan time, bool acknowledges, CancellationToken cancellationToken)
    {
        var (partials, finals, problems) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<string>());
        var (sent, taken) = (0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async index =>
        {
            // spread over two of the model's largest chunks: calls that all began within a moment would come due together
            await Task.Delay(SpreadMs * index / clients, cancellationToken);
            try
            {
                await RunCallerAsync(index);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                problems.Add($"{exception.GetType().Name}: {exception.Message}");
            }
        }));

        if (!acknowledges) taken = sent;
        Console.WriteLine($"| {name} | {sent} | {taken} | {problems.Count} {Percentiles.Row(partials, "")}{Percentiles.Row(finals)}");
        foreach (var problem in problems.GroupBy(problem => problem)) Console.Error.WriteLine($"{problem.Count()} x {problem.Key}");
        return problems.IsEmpty && sent == taken ? 0 : 1;

        async Task RunCallerAsync(int index)
        {
            await using var caller = create();
            if (await caller.StartAsync(cancellationToken) is { } error)
            {
                problems.Add(error);
                return;
            }

            var chunks = (int)(time.TotalMilliseconds / ChunkMs);
            var times = new long[chunks + 1];
            var reading = ReadAsync();
            var clock = Stopwatch.StartNew();
            var (recording, at) = (index, 0);
            var buffer = new byte[ChunkBytes];
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                var due = TimeSpan.FromMilliseconds(chunk * ChunkMs) - clock.Elapsed;
                if (due > TimeSpan.Zero) await Task.Delay(due, cancellationToken);
                var pcm = recordings[recording % recordings.Count].Pcm;
                var piece = pcm.AsSpan(at, Math.Min(ChunkBytes, pcm.Length - at));
                buffer.AsSpan().Clear();
                piece.CopyTo(buffer);
                at += piece.Length;
                if (at >= pcm.Length) (at, recording) = (0, recording + 1);
                Volatile.Write(ref times[chunk], Stopwatch.GetTimestamp());
                await caller.SendAsync(buffer, cancellationToken);
                Interlocked.Increment(ref sent);
            }

            await caller.EndAsync(cancellationToken);
            await reading;

            async Task ReadAsync()
            {
                await foreach (var heard in caller.ReadAsync(cancellationToken))
                {
                    if (heard.Kind == HeardKind.Acknowledged) Interlocked.Increment(ref taken);
                    if (heard.Kind == HeardKind.Problem) problems.Add(heard.Problem!);
                    if (heard.Kind is not (HeardKind.Partial or HeardKind.Final)) continue;
                    var chunk = (int)(heard.EndSeconds * 1000 / ChunkMs);
                    if (chunk < times.Length && Volatile.Read(ref times[chunk]) is > 0 and var began)
                        (heard.Kind == HeardKind.Partial ? partials : finals).Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }
    }
}
