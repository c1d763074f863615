using BenchmarkDotNet.Running;
using Speechmatics.Speech.Benchmarks;

if (args is ["allocations", .. var rest]) return await AllocationGate.RunAsync(AllocationCases.All, rest);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
