using BenchmarkDotNet.Running;
using Speechmatics.Speech.Benchmarks;
using Speechmatics.Speech.Cli;

if (args is ["allocations", .. var rest]) return await AllocationGate.RunAsync(AllocationCases.All, rest);
if (args is ["enhanced", var modelFolder, var sharedFolder]) return await EnhancedBenchmarks.RunAsync(modelFolder, sharedFolder);
Func<string[], Task<int>>? verb = args is [var name, ..]
    ? name switch
    {
        "decoding" => DecodingTable.RunAsync,
        "enhanced-biasing" => EnhancedBiasingTable.RunAsync,
        "operating-points" => OperatingPointsTable.RunAsync,
        "flush" => FlushTable.RunAsync,
        "engine" => EngineTable.RunAsync,
        "costs" => CostsTable.RunAsync,
        "word-times" => WordTimesTable.RunAsync,
        "voice-activity" => VoiceActivityTables.RunAsync,
        _ => null,
    }
    : null;
if (verb is null)
{
    BenchmarkSwitcher.FromAssembly(typeof(BenchmarkModel).Assembly).Run(args);
    return 0;
}

try
{
    return await verb(args[1..]);
}
catch (UsageException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
