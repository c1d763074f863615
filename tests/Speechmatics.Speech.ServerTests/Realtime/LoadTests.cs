using System.Diagnostics;
using System.Globalization;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>The server as a program, and its callers in another: the measurements of benchmarks/Speechmatics.Speech.ServerLoad in short. Times are not judged here: the machine may be busy.</summary>
public sealed class LoadTests
{
    private const int Callers = 16;
    private const int Connects = 80;

    [Fact]
    public async Task Callers_in_another_process_lose_nothing_and_those_too_many_are_told_so()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            Program("Speechmatics.Speech.ServerLoad", "Speechmatics.Speech.ServerLoad.dll"), "all", "--server", Program("Speechmatics.Speech.Server.Host", "speech-server.dll"),
            "--clients", $"{Callers}", "--seconds", "4", "--connects", $"{Connects}", "--clips", "4", "--sessions", "1", "4",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var stop = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var rows = (await process.StandardOutput.ReadToEndAsync(limit.Token)).Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        await process.WaitForExitAsync(limit.Token);

        Assert.True(process.ExitCode == 0, await errors);
        foreach (var name in new[] { $"{Callers} in one process with the engine", $"{Callers} over WebSockets" })
        {
            var row = Row(name);
            Assert.Equal([$"{Callers * 40}", $"{Callers * 40}", "0"], row[1..4]);
            Assert.All(row[4..], figure => Assert.True(double.Parse(figure, CultureInfo.InvariantCulture) > 0));
        }

        // 16 places; each of the others has its clean answer
        var answers = rows.Where(row => row.Length == 2 && row[1] is "started" or "quota_exceeded").ToDictionary(row => row[1], row => int.Parse(row[0], CultureInfo.InvariantCulture));
        Assert.Equal(Callers, answers["started"]);
        Assert.Equal(Connects - Callers, answers["quota_exceeded"]);
        foreach (var sessions in new[] { "1", "4" }) Assert.Equal([sessions, "4", "4"], rows.Last(row => row[0] == sessions)[..3]);

        // what is allocated belongs to the framework and to the runtime's own samples
        var bytes = double.Parse(rows[^1][2], CultureInfo.InvariantCulture);
        Assert.True(bytes < 400, $"{bytes} bytes for each audio message");

        string[] Row(string name) => Assert.Single(rows, row => row[0] == name);
        string Program(string project, string file) => Path.Combine(Repository.Root, "artifacts", "bin", project, configuration, file);
    }
}
