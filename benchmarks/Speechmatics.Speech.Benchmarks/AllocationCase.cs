namespace Speechmatics.Speech.Benchmarks;

/// <summary>An operation whose allocations are measured. Every call of it must be like the one before: that is what steady state means.</summary>
internal sealed record AllocationCase
{
    private AllocationCase(string name) => Name = name;

    /// <summary>The layer and the operation, as in <c>Features.LogMel.Chunk</c>; the key in the committed file.</summary>
    public string Name { get; }

    /// <summary>How often the operation runs for one measurement.</summary>
    public int Repetitions { get; init; } = 200;

    /// <summary>What is measured is rounded up to a multiple of this: 1, or more where the operation by nature allocates a little more one time than another.</summary>
    public int RoundTo { get; init; } = 1;

    public Func<Owned, Task<Action>>? PrepareOnCaller { get; private init; }

    public Func<Owned, Task<Func<ValueTask>>>? PrepareOnAllThreads { get; private init; }

    /// <summary>An operation that does all its work on the thread that calls it.</summary>
    public static AllocationCase OnCaller(string name, Func<Owned, Action> prepare) => OnCaller(name, owned => Task.FromResult(prepare(owned)));

    /// <summary>An operation that does all its work on the thread that calls it, with a preparation that is asynchronous.</summary>
    public static AllocationCase OnCaller(string name, Func<Owned, Task<Action>> prepare) => new(name) { PrepareOnCaller = prepare };

    /// <summary>An operation that other threads do a part of: what the whole process allocates is counted.</summary>
    public static AllocationCase OnAllThreads(string name, Func<Owned, Task<Func<ValueTask>>> prepare) => new(name) { PrepareOnAllThreads = prepare };
}
