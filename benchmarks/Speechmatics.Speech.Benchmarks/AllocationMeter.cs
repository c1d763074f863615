namespace Speechmatics.Speech.Benchmarks;

/// <summary>Counts the managed bytes that one call of an operation allocates once it is warm.</summary>
internal static class AllocationMeter
{
    private const int WarmUps = 3;
    private const int Rounds = 5;
    private static readonly TimeSpan TierUpDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The least of several rounds, for each call. What an operation itself allocates it allocates in every round, so only what strays in from outside is left out.
    /// On the caller's thread the mean is rounded up: one byte in one round's calls counts. Over all threads it is rounded down, since the runtime's own threads
    /// allocate a little now and then.
    /// </summary>
    public static async Task<long> MeasureAsync(AllocationCase operation)
    {
        await using var owned = new Owned();
        var repetitions = operation.Repetitions;
        if (operation.PrepareOnCaller is { } prepare)
        {
            var run = await prepare(owned);
            var least = await LeastAsync(() => Task.FromResult(Repeat(run, repetitions)));
            return (least + repetitions - 1) / repetitions;
        }

        var runOnAllThreads = await operation.PrepareOnAllThreads!(owned);
        return await LeastAsync(() => RepeatAsync(runOnAllThreads, repetitions)) / repetitions;
    }

    private static async Task<long> LeastAsync(Func<Task<long>> round)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            await round(); // fills caches, grows buffers
            await Task.Delay(TierUpDelay); // lets the runtime compile what ran often, which can remove allocations
        }

        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++) least = Math.Min(least, await round());
        return least;
    }

    private static long Repeat(Action run, int repetitions)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < repetitions; i++) run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static async Task<long> RepeatAsync(Func<ValueTask> run, int repetitions)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < repetitions; i++) await run();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
