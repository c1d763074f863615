using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Speechmatics.Speech.Tests;

/// <summary>Runs test classes again in a child process whose runtime may not use some of the processor's vector instructions.</summary>
/// <remarks>
/// A layer with kernels adds one theory:
/// <code>
/// [Theory, MemberData(nameof(IntrinsicsOff.Settings), MemberType = typeof(IntrinsicsOff))]
/// public void The_kernels_hold_without_intrinsics(string off) => IntrinsicsOff.Rerun(off, typeof(MyKernelTests));
/// </code>
/// in a class other than those it names.
/// </remarks>
internal static class IntrinsicsOff
{
    private const string Marker = "SPEECH_TESTS_INTRINSICS_OFF";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, (string Variable, Func<bool> StillOn)> Switches = new()
    {
        ["AVX-512"] = ("DOTNET_EnableAVX512", () => Vector512.IsHardwareAccelerated),
        ["AVX2"] = ("DOTNET_EnableAVX2", () => Vector256.IsHardwareAccelerated),
        ["all"] = ("DOTNET_EnableHWIntrinsic", () => Vector128.IsHardwareAccelerated),
    };

    /// <summary>What can be switched off; each takes with it what builds on it.</summary>
    public static TheoryData<string> Settings => [.. Switches.Keys];

    /// <summary>What is switched off in this process, or null where nothing is.</summary>
    public static string? Current => Environment.GetEnvironmentVariable(Marker);

    /// <summary>Whether the instructions that this process was started without are in use all the same.</summary>
    public static bool IsIneffective => Current is { } off && Switches[off].StillOn();

    /// <summary>Runs all tests of the classes with some instructions off and fails unless all of them ran and passed.</summary>
    public static void Rerun(string off, params Type[] testClasses)
    {
        Assert.SkipWhen(Current is not null, "already in a process with instructions switched off");

        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(IntrinsicsOff).Assembly.Location);
        start.ArgumentList.Add("--filter-class");
        foreach (var testClass in testClasses.Append(typeof(IntrinsicsOffTests)))
            start.ArgumentList.Add(testClass.FullName!);

        start.Environment[Switches[off].Variable] = "0";
        start.Environment[Marker] = off;

        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync();
        var errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(Patience))
        {
            child.Kill(entireProcessTree: true);
            Assert.Fail($"The tests without {off} did not end within {Patience}.");
        }

        Assert.True(child.ExitCode == 0, $"Without {off}, exit code {child.ExitCode}:{Environment.NewLine}{output.Result}{errors.Result}");
    }
}
