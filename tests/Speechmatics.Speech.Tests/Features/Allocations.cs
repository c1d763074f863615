namespace Speechmatics.Speech.Tests.Features;

/// <summary>What code allocates once it is warm.</summary>
internal static class Allocations
{
    /// <summary>The least that ten runs of the action allocated, in any of five tries.</summary>
    /// <remarks>A collection that another test causes at the wrong moment books a thread's unused allocation buffer on it; hence the
    /// tries.</remarks>
    public static long OfThread(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
                action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
