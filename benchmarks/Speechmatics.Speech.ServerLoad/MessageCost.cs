using System.Globalization;
using System.Text.RegularExpressions;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>What one audio message costs the server: bytes allocated and processor time, from the server's own runtime metrics, while callers send silence in messages of 20 ms. The model's steps are in the time; there are no words.</summary>
internal static partial class MessageCost
{
    private const int ChunkMs = 20;

    public static async Task<int> RunAsync(LoadTarget target, int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{(target.Url.Scheme == "wss" ? "https" : "http")}://{target.Url.Authority}") };
        var callers = new List<LoadClient>();
        try
        {
            for (var i = 0; i < clients; i++)
            {
                callers.Add(new LoadClient(target));
                if (await callers[^1].StartAsync(cancellationToken) is { } error) throw new InvalidOperationException(error);
            }

            var taken = 0L;
            var reading = callers.Select(ReadAsync).ToArray();
            // the first messages find buffers that are not there yet
            await SpeakAsync(TimeSpan.FromSeconds(2));
            var before = await AskAsync();
            var from = Interlocked.Read(ref taken);
            await SpeakAsync(time);
            var after = await AskAsync();
            var messages = Interlocked.Read(ref taken) - from;
            Console.WriteLine("| callers | audio messages | bytes allocated a message | processor µs a message |\n|---|---|---|---|");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {clients} | {messages} | {(after.Bytes - before.Bytes) / messages:0} | {(after.Seconds - before.Seconds) * 1e6 / messages:0} |"));
            foreach (var caller in callers) await caller.EndAsync(cancellationToken);
            await Task.WhenAll(reading);
            return 0;

            async Task ReadAsync(LoadClient caller)
            {
                await foreach (var heard in caller.ReadAsync(cancellationToken))
                    if (heard.Kind == HeardKind.Acknowledged) Interlocked.Increment(ref taken);
            }
        }
        finally
        {
            foreach (var caller in callers) await caller.DisposeAsync();
        }

        async Task SpeakAsync(TimeSpan length)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(ChunkMs));
            var silence = new byte[LoadClient.BytesPerSecond * ChunkMs / 1000];
            for (var sent = TimeSpan.Zero; sent < length && await timer.WaitForNextTickAsync(cancellationToken); sent += TimeSpan.FromMilliseconds(ChunkMs))
                foreach (var caller in callers) await caller.SendAsync(silence, cancellationToken);
        }

        async Task<(double Bytes, double Seconds)> AskAsync()
        {
            var metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
            return (Sum(Allocated().Matches(metrics)), Sum(ProcessorTime().Matches(metrics)));
        }

        static double Sum(MatchCollection lines) => lines.Count == 0
            ? throw new InvalidOperationException("The server's /metrics tell nothing of its runtime: add the meter System.Runtime.")
            : lines.Sum(line => double.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^dotnet_gc_heap_total_allocated\S* ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex Allocated();

    [GeneratedRegex(@"^dotnet_process_cpu_time\S* ([0-9.eE+-]+)", RegexOptions.Multiline)]
    private static partial Regex ProcessorTime();
}
