using System.Diagnostics;
using System.Text;

namespace Speechmatics.Speech.PackageTests;

/// <summary>Runs programs as a user would from a shell of their own: none of the build's environment reaches them.</summary>
internal static class Command
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end and returns what it printed; fails the test with its whole output when the exit code is not 0.</summary>
    /// <remarks><paramref name="packages"/> is the folder that restored packages are unpacked to; null for the machine's own.</remarks>
    public static async Task<string> RunAsync(string folder, string? packages, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsOfTheBuild).ToArray()) start.Environment.Remove(name);
        if (packages is not null) start.Environment["NUGET_PACKAGES"] = packages;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // build servers would outlive the command and hold its output open
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"`{program} {string.Join(' ', arguments)}` was not done after {Limit}:\n{output}");
        }

        Assert.True(process.ExitCode == 0, $"`{program} {string.Join(' ', arguments)}` ended with {process.ExitCode}:\n{output}");
        return output.ToString();

        void Append(string? line)
        {
            if (line is null) return;
            lock (output) output.AppendLine(line);
        }
    }

    /// <summary>Whether a program is on the search path.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool IsOfTheBuild(string variable) =>
        variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("DOTNET_CLI_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("TESTINGPLATFORM_", StringComparison.OrdinalIgnoreCase)
        || variable.Equals("DOTNET_HOST_PATH", StringComparison.OrdinalIgnoreCase);
}
