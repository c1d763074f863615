using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Speechmatics.Speech.ServerTests.Clients;

/// <summary>
/// The published JavaScript clients, installed once from the lock file into a folder of the machine's temporary files. Tests that need them are skipped, with the reason, where node or npm is absent or the packages
/// cannot be had.
/// </summary>
public sealed class NodeClients
{
    private static readonly Lazy<Task<(string? Folder, string? Reason)>> Installed = new(InstallAsync);

    /// <summary>Runs a scenario of drive.cjs and returns its log.</summary>
    internal static async Task<List<JsonNode>> RunAsync(JsonObject scenario)
    {
        var (folder, reason) = await Installed.Value;
        Assert.SkipWhen(folder is null, reason ?? "");
        scenario["folder"] = folder;
        var (code, output, errors) = await ExecuteAsync("node", folder!, scenario.ToJsonString(), Path.Combine(AppContext.BaseDirectory, "Clients", "drive.cjs"));
        var log = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.True(code == 0, $"The client ended with {code}: {errors} {string.Join('\n', log.Select(entry => entry.ToJsonString()).TakeLast(5))}");
        return log;
    }

    private static async Task<(string? Folder, string? Reason)> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Clients");
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"))))[..16];
        var folder = Path.Combine(Path.GetTempPath(), $"speech-server-clients-{hash}");
        var marker = Path.Combine(folder, "installed");
        try
        {
            await ExecuteAsync("node", source, "", "--version");
            if (File.Exists(marker)) return (folder, null);
            Directory.CreateDirectory(folder);
            foreach (var name in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(source, name), Path.Combine(folder, name), overwrite: true);
            var (code, _, errors) = await ExecuteAsync("npm", folder, "", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (code != 0) return (null, $"npm could not install the clients: {errors.Split('\n').FirstOrDefault(line => line.Contains("ERR", StringComparison.OrdinalIgnoreCase))}");
            await File.WriteAllTextAsync(marker, "");
            return (folder, null);
        }
        catch (Win32Exception exception)
        {
            return (null, $"node and npm are needed for the published clients: {exception.Message}");
        }
    }

    private static async Task<(int Code, string Output, string Errors)> ExecuteAsync(string program, string folder, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var stop = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
