using BenchmarkDotNet.Running;
using Speechmatics.Speech.Benchmarks;

if (args is ["allocations", .. var rest]) return await AllocationGate.RunAsync(AllocationCases.All, rest);
if (args is ["enhanced", var modelFolder, var sharedFolder]) return await EnhancedBenchmarks.RunAsync(modelFolder, sharedFolder);
if (args is ["decoding", .. var options]) return await DecodingTable.RunAsync(options);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
