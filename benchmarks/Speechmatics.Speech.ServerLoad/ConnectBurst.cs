using System.Collections.Concurrent;
using System.Diagnostics;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>Connects spread over one second; those that started hold their session until all have an answer.</summary>
internal static class ConnectBurst
{
    public static async Task<int> RunAsync(LoadTarget target, int clients, CancellationToken cancellationToken)
    {
        var (started, outcomes) = (new ConcurrentBag<double>(), new ConcurrentBag<string>());
        var open = new ConcurrentBag<LoadClient>();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async index =>
        {
            await Task.Delay(TimeSpan.FromSeconds((double)index / clients), cancellationToken);
            var client = new LoadClient(target);
            open.Add(client);
            var began = Stopwatch.GetTimestamp();
            try
            {
                var error = await client.StartAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
                outcomes.Add(error ?? "started");
                if (error is null) started.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                outcomes.Add($"{exception.GetType().Name}: {exception.Message}");
            }
        }));
        foreach (var client in open) await client.DisposeAsync();

        Console.WriteLine($"\n{clients} connects in a second\n\n| answers | what |\n|---|---|");
        foreach (var outcome in outcomes.GroupBy(outcome => outcome).OrderByDescending(group => group.Count())) Console.WriteLine($"| {outcome.Count()} | {outcome.Key} |");
        Console.WriteLine("\n| ms from connect to RecognitionStarted | p50 | p95 | p99 | max |\n|---|---|---|---|---|");
        Console.WriteLine($"| {started.Count} sessions {Percentiles.Row(started)}");
        return outcomes.All(outcome => outcome is "started" or "quota_exceeded") ? 0 : 1;
    }
}
