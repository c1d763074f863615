using BenchmarkDotNet.Running;
using Speechmatics.Speech.Benchmarks;

if (args is ["enhanced", var modelFolder, var sharedFolder])
    await EnhancedBenchmarks.RunAsync(modelFolder, sharedFolder);
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
