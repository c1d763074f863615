using System.Text.Json;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// Measures <see cref="AllocationCases"/> and fails when one allocates more than <c>benchmarks/allocations.json</c> allows, or is missing from it.
/// <c>--update</c> writes the file anew; <c>--strict</c>, for CI, also fails when there is nothing to measure.
/// </summary>
internal static class AllocationGate
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Returns the exit code: 0 passed, 1 failed, 2 called wrongly.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<AllocationCase> cases, string[] arguments)
    {
        if (arguments.Except(["--update", "--strict"]).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"allocations: unknown argument '{unknown}'; it takes --update and --strict");
            return 2;
        }

        await CheckMeterAsync();
        var file = ExpectationsFile();
        var expected = File.Exists(file) ? JsonSerializer.Deserialize<SortedDictionary<string, long>>(await File.ReadAllTextAsync(file))! : [];
        var measured = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var operation in cases)
        {
            var bytes = await AllocationMeter.MeasureAsync(operation);
            bytes = (bytes + operation.RoundTo - 1) / operation.RoundTo * operation.RoundTo;
            measured.Add(operation.Name, bytes);
            Console.WriteLine($"{bytes,10} B  {operation.Name}");
        }

        if (arguments.Contains("--update"))
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(measured, Json) + "\n");
            Console.WriteLine($"allocations: wrote {measured.Count} operations to {file}");
            return 0;
        }

        var faults = Faults(expected, measured).ToList();
        if (cases.Count == 0 && arguments.Contains("--strict")) faults.Add("no operations are registered in AllocationCases");
        foreach (var fault in faults) Console.Error.WriteLine($"allocations: {fault}");
        Console.WriteLine($"allocations: {cases.Count} operations, {faults.Count} faults");
        return faults.Count == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Faults(SortedDictionary<string, long> expected, SortedDictionary<string, long> measured)
    {
        foreach (var (name, bytes) in measured)
        {
            if (!expected.TryGetValue(name, out var allowed)) yield return $"{name} is not in benchmarks/allocations.json: add it with --update";
            else if (bytes > allowed) yield return $"{name} allocates {bytes} B for each operation, {allowed} B are allowed";
            else if (bytes < allowed) Console.WriteLine($"allocations: {name} now needs only {bytes} B of {allowed} B: lower the limit with --update");
        }

        foreach (var name in expected.Keys.Except(measured.Keys)) yield return $"{name} is in benchmarks/allocations.json but is not measured: remove it with --update";
    }

    /// <summary>Measures what is known, on one thread and on several, so that a meter that sees nothing cannot pass the gate.</summary>
    private static async Task CheckMeterAsync()
    {
        var kept = new byte[1][];
        var nothing = await AllocationMeter.MeasureAsync(AllocationCase.OnCaller("nothing", _ => static () => { }));
        var array = await AllocationMeter.MeasureAsync(AllocationCase.OnCaller("array", _ => () => kept[0] = new byte[1000]));
        var elsewhere = await AllocationMeter.MeasureAsync(AllocationCase.OnAllThreads("array on another thread",
            _ => Task.FromResult<Func<ValueTask>>(() => new(Task.Run(() => kept[0] = new byte[1000])))));
        if (nothing != 0 || array != 1024 || elsewhere < 1024)
            throw new InvalidOperationException($"The meter is off: 0 B measured as {nothing}, 1024 B as {array}, at least 1024 B on another thread as {elsewhere}.");
    }

    private static string ExpectationsFile()
    {
        for (var folder = AppContext.BaseDirectory; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Speechmatics.Speech.sln"))) return Path.Combine(folder, "benchmarks", "allocations.json");
        throw new DirectoryNotFoundException("The gate runs from inside a checkout: Speechmatics.Speech.sln was not found above it.");
    }
}
